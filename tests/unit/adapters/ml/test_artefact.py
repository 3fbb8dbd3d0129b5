"""A model's file: what is written is read, and what is damaged is refused."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.ml.artefact import UnreadableArtefact, read_artefact
from adapters.ml.recommender import train
from tests.unit.adapters.ml.histories import two_tastes


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "recommender.bin"
    train(two_tastes(), path, trained_at=datetime(2026, 1, 1, tzinfo=UTC))
    return path


def test_the_version_names_the_content(path: Path) -> None:
    before = read_artefact(path).version

    train(two_tastes(users=40), path, trained_at=datetime(2026, 1, 1, tzinfo=UTC))

    after = read_artefact(path).version
    assert before.startswith("tutti-ease-v1-")
    assert after.startswith("tutti-ease-v1-")
    assert before != after


def test_no_half_written_file_is_left_beside_it(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["recommender.bin"]


@pytest.mark.parametrize(
    ("_case", "kept_share"), [("only the start", 0.3), ("all but the last byte", 0.9999)]
)
def test_a_torn_file_is_refused(_case: str, kept_share: float, path: Path) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept_share)])

    with pytest.raises(UnreadableArtefact):
        read_artefact(path)


def test_a_changed_byte_is_noticed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(UnreadableArtefact, match="checksum"):
        read_artefact(path)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    path.write_bytes(b"PK\x03\x04 a zip file, perhaps")

    with pytest.raises(UnreadableArtefact, match="no recommender artefact"):
        read_artefact(path)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_artefact(tmp_path / "recommender.bin")
