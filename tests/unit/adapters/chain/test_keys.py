"""The minter's key is made once, for its owner's eyes only."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.chain.keys import KEY_FILE, load_or_make_key


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "chain"

    first = load_or_make_key(folder)
    second = load_or_make_key(folder)

    assert first == second
    assert len(first) == 32
    assert [path.name for path in folder.iterdir()] == [KEY_FILE]


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    load_or_make_key(tmp_path)

    mode = (tmp_path / KEY_FILE).stat().st_mode

    assert mode & 0o777 == 0o600


def test_all_who_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        keys = list(pool.map(load_or_make_key, [tmp_path] * 32))

    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]


def test_a_broken_key_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("abcd\n")

    with pytest.raises(ValueError, match="no private key"):
        load_or_make_key(tmp_path)

    assert (tmp_path / KEY_FILE).read_text() == "abcd\n"
