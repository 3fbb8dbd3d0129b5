"""Where the keys are that seal data keys."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.key_ring import GivenKeys, KeysInFolder
from errors import StorageUnavailable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUARTER = timedelta(days=90)


def test_a_folder_without_keys_has_none_until_one_is_made(tmp_path: Path) -> None:
    ring = KeysInFolder(tmp_path / "storage")

    with pytest.raises(StorageUnavailable):
        ring.active()
    assert ring.renew(NOW, after=QUARTER)

    key_id, key = ring.active()
    assert key_id == "20260301T120000Z"
    assert len(key) == 32
    assert [file.stat().st_mode & 0o777 for file in (tmp_path / "storage").iterdir()] == [0o600]


def test_a_key_is_renewed_when_it_is_old_and_the_old_one_stays(tmp_path: Path) -> None:
    ring = KeysInFolder(tmp_path)
    ring.renew(NOW, after=QUARTER)
    first_id, first = ring.active()

    assert not ring.renew(NOW + QUARTER - timedelta(seconds=1), after=QUARTER)
    assert ring.renew(NOW + QUARTER, after=QUARTER)

    assert ring.active()[0] == "20260530T120000Z"
    assert ring.find(first_id) == first
    assert ring.active()[1] != first


def test_other_processes_see_a_new_key(tmp_path: Path) -> None:
    mine, theirs = KeysInFolder(tmp_path), KeysInFolder(tmp_path)
    mine.renew(NOW, after=QUARTER)
    assert theirs.active() == mine.active()

    theirs.renew(NOW + QUARTER, after=QUARTER)

    assert mine.find(theirs.active()[0]) == theirs.active()[1]
    assert mine.active() == theirs.active()


def test_of_two_who_renew_one_makes_the_key(tmp_path: Path) -> None:
    mine, theirs = KeysInFolder(tmp_path), KeysInFolder(tmp_path)

    made = [mine.renew(NOW, after=QUARTER), theirs.renew(NOW, after=QUARTER)]

    assert made == [True, False]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_key_that_is_not_there_is_told_by_its_id(tmp_path: Path) -> None:
    given = GivenKeys({"a": b"a" * 32, "b": b"b" * 32}, "b")

    assert given.active() == ("b", b"b" * 32)
    assert given.find("a") == b"a" * 32
    assert not given.renew(NOW, after=QUARTER)
    for ring in (given, KeysInFolder(tmp_path)):
        with pytest.raises(StorageUnavailable, match="'c'"):
            ring.find("c")
