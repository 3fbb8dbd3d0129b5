"""Settings of the sealed store: where keys come from, and when there are none."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters.storage.key_ring import GivenKeys
from adapters.storage.local import LocalStore
from adapters.storage.sealing import SealedStore
from settings import Settings
from wiring import build_key_ring, build_key_rotation, build_store

ONE, OTHER = "1a" * 32, "2b" * 32
PRODUCTION = {"environment": "production", "token_signing_key": "t", "url_signing_key": "u" * 32}
DISTRIBUTED = {"database_url": "postgresql+asyncpg://x/y", "redis_url": "redis://x"}


async def test_development_on_one_machine_seals_under_a_key_of_its_data_folder(
    tmp_path: Path,
) -> None:
    settings = Settings(data_dir=tmp_path)

    store = build_store(settings)
    await store.put("a/b.bin", b"sealed", "")

    assert isinstance(store, SealedStore)
    assert b"sealed" not in (tmp_path / "objects" / "a" / "b.bin").read_bytes()
    assert await build_store(settings).get("a/b.bin") == b"sealed"
    assert len(list((tmp_path / "keys" / "storage").iterdir())) == 1
    assert build_key_rotation(settings, store) is not None


@pytest.mark.parametrize("given", [{"storage": {"sealed": False}}, DISTRIBUTED])
def test_sealing_can_be_left_out(given: dict[str, object], tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, **given)

    store = build_store(settings)

    assert isinstance(store, LocalStore)
    assert build_key_rotation(settings, store) is None


def test_keys_are_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTTI_STORAGE__KEYS", f'{{"2026-08": "{ONE}", "2026-11": "{OTHER}"}}')
    monkeypatch.setenv("TUTTI_STORAGE__KEY", "2026-11")
    settings = Settings(data_dir=tmp_path, **PRODUCTION)

    ring = build_key_ring(settings)

    assert isinstance(ring, GivenKeys)
    assert ring.active() == ("2026-11", bytes.fromhex(OTHER))
    assert ring.find("2026-08") == bytes.fromhex(ONE)
    assert not settings.is_plain_readable
    assert ONE not in repr(settings)


@pytest.mark.parametrize(
    ("_case", "storage", "words"),
    [
        ("a short key", {"keys": {"a": "ab"}}, "64 hexadecimal digits"),
        ("no hexadecimal", {"keys": {"a": "x" * 64}}, "64 hexadecimal digits"),
        ("a strange id", {"keys": {"a b": ONE}}, "an id has 1 to 64"),
        ("two and none named", {"keys": {"a": ONE, "b": OTHER}}, "TUTTI_STORAGE__KEY names"),
        ("another one named", {"keys": {"a": ONE}, "key": "b"}, "TUTTI_STORAGE__KEY names"),
        ("no days", {"key_days": 0}, "greater than or equal to 1"),
    ],
)
def test_what_is_no_key_is_refused(_case: str, storage: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(storage=storage)


@pytest.mark.parametrize("storage", [{}, {"sealed": True}])
def test_production_seals_under_its_own_keys_or_says_that_it_does_not(
    storage: dict[str, object],
) -> None:
    with pytest.raises(ValidationError, match="TUTTI_STORAGE__KEYS"):
        Settings(**PRODUCTION, storage=storage)

    assert Settings(**PRODUCTION, storage={"keys": {"a": ONE}}).is_storage_sealed
    assert not Settings(**PRODUCTION, storage={"sealed": False}).is_storage_sealed
