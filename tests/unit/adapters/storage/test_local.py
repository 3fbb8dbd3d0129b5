"""What only a store on a disk has to get right."""

import asyncio
from pathlib import Path

import pytest

from adapters.storage.local import UNFINISHED, LocalStore
from errors import StorageUnavailable


def files_below(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


async def test_a_failed_write_changes_nothing(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.put("a/b.bin", b"before", "")

    with pytest.raises(StorageUnavailable):
        await store.put_file("a/b.bin", tmp_path / "missing", "")

    assert files_below(tmp_path) == {"a/b.bin": b"before"}


async def test_a_full_or_forbidden_disk_is_a_fault_that_may_pass(tmp_path: Path) -> None:
    (tmp_path / "objects").write_bytes(b"a file where the folder should be")
    store = LocalStore(tmp_path / "objects")

    with pytest.raises(StorageUnavailable):
        await store.put("a/b.bin", b"x", "")


async def test_a_draft_that_a_crash_left_is_no_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.put("a/b.bin", b"x", "")
    (tmp_path / "a" / f".0123{UNFINISHED}").write_bytes(b"half")

    assert [key async for key in store.list("a/")] == ["a/b.bin"]


async def test_a_reader_sees_the_old_bytes_or_the_new_but_no_mixture(
    tmp_path: Path,
) -> None:
    store = LocalStore(tmp_path)
    versions = [bytes([letter]) * 300_000 for letter in b"abc"]
    await store.put("x.bin", versions[0], "")

    async def write() -> None:
        for turn in range(30):
            await store.put("x.bin", versions[turn % 3], "")

    writing = asyncio.create_task(write())
    seen = set()
    while not writing.done():
        seen.add(await store.get("x.bin"))
    await writing

    assert seen <= set(versions)


async def test_a_reader_that_leaves_early_closes_its_file(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    await store.put("x.bin", b"a" * 1_000_000, "")
    stream = store.open_range("x.bin", 0, 1_000_000)

    await anext(stream)
    await stream.aclose()

    open_files = {p.resolve().name for p in Path("/proc/self/fd").iterdir() if p.exists()}
    assert "x.bin" not in open_files
