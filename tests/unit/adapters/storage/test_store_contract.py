"""What every object store does: the same on a disk and in a bucket."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.store import CHUNK_BYTES, ByteStore, InvalidKey
from domain.ports import ObjectStore
from errors import NotFound, StorageUnavailable

BYTES = "application/octet-stream"


@pytest.fixture
def folder() -> str:
    """A folder of this test's own, for stores that outlive it."""
    return f"t{secrets.token_hex(6)}/"


async def keys_below(store: ObjectStore, prefix: str) -> list[str]:
    return sorted([key async for key in store.list(prefix)])


async def read_range(store: ObjectStore, key: str, start: int, end: int) -> bytes:
    return b"".join([chunk async for chunk in store.open_range(key, start, end)])


async def test_what_was_put_is_got(store: ObjectStore, folder: str) -> None:
    await store.put(f"{folder}a/b.bin", b"one", BYTES)

    assert await store.get(f"{folder}a/b.bin") == b"one"


async def test_putting_again_replaces(store: ObjectStore, folder: str) -> None:
    key = f"{folder}a.bin"
    await store.put(key, b"one", BYTES)
    before = await store.stat(key)

    await store.put(key, b"twelve", BYTES)

    after = await store.stat(key)
    assert before is not None
    assert after is not None
    assert await store.get(key) == b"twelve"
    assert after.size == 6
    assert after.etag != before.etag


async def test_an_empty_object_is_an_object(store: ObjectStore, folder: str) -> None:
    key = f"{folder}empty.bin"

    await store.put(key, b"", BYTES)

    stat = await store.stat(key)
    assert stat is not None
    assert stat.size == 0
    assert await store.get(key) == b""
    assert await read_range(store, key, 0, 0) == b""


async def test_a_large_file_goes_in_and_comes_out(
    store: ObjectStore, folder: str, tmp_path: Path
) -> None:
    data = secrets.token_bytes(12 * 1024 * 1024 + 7)
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(data)

    await store.put_file(f"{folder}large.flac", source, "audio/flac")
    await store.fetch_to(f"{folder}large.flac", target)

    assert target.read_bytes() == data
    assert source.read_bytes() == data
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["in", "out"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (0, 1),
        (5, 5),
        (CHUNK_BYTES - 1, CHUNK_BYTES + 1),
        (17, 3 * CHUNK_BYTES),
        (3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5),
    ],
)
async def test_ranges_are_exact(start: int, end: int, store: ObjectStore, folder: str) -> None:
    data = secrets.token_bytes(3 * CHUNK_BYTES + 5)
    await store.put(f"{folder}a.bin", data, BYTES)

    assert await read_range(store, f"{folder}a.bin", start, end) == data[start:end]


async def test_an_object_is_known_without_being_read(store: ObjectStore, folder: str) -> None:
    await store.put(f"{folder}low/00000.m4s", b"12345", "audio/mp4")

    stat = await store.stat(f"{folder}low/00000.m4s")

    assert stat is not None
    assert (stat.size, stat.content_type) == (5, "audio/mp4")
    assert stat.etag
    assert '"' not in stat.etag
    assert abs(datetime.now(UTC) - stat.modified) < timedelta(minutes=1)


async def test_what_is_not_there_is_said_so(
    store: ObjectStore, folder: str, tmp_path: Path
) -> None:
    await store.put(f"{folder}a/b.bin", b"one", BYTES)

    assert await store.stat(f"{folder}c.bin") is None
    assert await store.stat(f"{folder}a") is None
    with pytest.raises(NotFound):
        await store.get(f"{folder}c.bin")
    with pytest.raises(NotFound):
        await read_range(store, f"{folder}c.bin", 0, 1)
    with pytest.raises(NotFound):
        await store.fetch_to(f"{folder}c.bin", tmp_path / "out")
    assert list(tmp_path.glob("out")) == []


async def test_a_folder_is_listed_without_its_neighbours(store: ObjectStore, folder: str) -> None:
    for key in ("a/1.bin", "a/b/2.bin", "ab/3.bin", "c.bin"):
        await store.put(folder + key, b"x", BYTES)

    assert await keys_below(store, f"{folder}a/") == [f"{folder}a/1.bin", f"{folder}a/b/2.bin"]
    assert await keys_below(store, f"{folder}nothing/") == []


async def test_a_folder_is_deleted_without_its_neighbours(store: ObjectStore, folder: str) -> None:
    for key in ("a/1.bin", "a/b/2.bin", "ab/3.bin"):
        await store.put(folder + key, b"x", BYTES)

    await store.delete_prefix(f"{folder}a/")
    await store.delete_prefix(f"{folder}a/")

    assert await keys_below(store, folder) == [f"{folder}ab/3.bin"]


async def test_one_object_is_deleted_without_its_neighbours(
    store: ObjectStore, folder: str
) -> None:
    for key in ("a.bin", "a.bin.bak", "b.bin"):
        await store.put(folder + key, b"x", BYTES)

    await store.delete(f"{folder}a.bin")
    await store.delete(f"{folder}a.bin")
    await store.delete(f"{folder}a.bin/none")

    assert await keys_below(store, folder) == [f"{folder}a.bin.bak", f"{folder}b.bin"]
    with pytest.raises(NotFound):
        await store.get(f"{folder}a.bin")


@pytest.mark.parametrize("name", ["a=b==.c", "_", "A" * 128, "x.tar.gz", "d/e/f/g/h/i/j"])
async def test_odd_keys_are_keys(name: str, store: ObjectStore, folder: str) -> None:
    await store.put(folder + name, b"odd", BYTES)

    assert await store.get(folder + name) == b"odd"
    assert await keys_below(store, folder) == [folder + name]


async def test_more_objects_than_a_page_are_listed_and_deleted(
    store: ObjectStore, folder: str
) -> None:
    keys = [f"{folder}{number:04}.bin" for number in range(1_050)]
    for first in range(0, len(keys), 50):
        some = keys[first : first + 50]
        await asyncio.gather(*(store.put(key, b"x", BYTES) for key in some))

    assert await keys_below(store, folder) == keys
    await store.delete_prefix(folder)

    assert await keys_below(store, folder) == []


async def test_of_puts_side_by_side_one_is_there_whole(store: ObjectStore, folder: str) -> None:
    key = f"{folder}a.bin"
    versions = [bytes([letter]) * (70_000 + letter) for letter in b"abcdefgh"]

    await asyncio.gather(*(store.put(key, version, BYTES) for version in versions))

    found = await store.get(key)
    stat = await store.stat(key)
    assert found in versions
    assert stat is not None
    assert stat.size == len(found)
    assert await keys_below(store, folder) == [key]


async def test_who_reads_while_it_is_replaced_gets_one_version_whole(
    store: ObjectStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    versions = [bytes([letter]) * 300_000 for letter in b"ab"]
    await store.put(key, versions[0], BYTES)

    async def write() -> None:
        for turn in range(20):
            await store.put(key, versions[turn % 2], BYTES)

    writing = asyncio.create_task(write())
    seen = set()
    while not writing.done():
        with contextlib.suppress(StorageUnavailable):  # replaced again and again
            seen.add(await store.get(key))
    await writing

    assert seen <= set(versions)
    assert await store.get(key) == versions[1]


async def test_a_range_of_a_large_file_is_read_by_itself(
    store: ObjectStore, folder: str, tmp_path: Path
) -> None:
    data = secrets.token_bytes(9 * 1024 * 1024 + 1)
    (tmp_path / "in").write_bytes(data)
    await store.put_file(f"{folder}a.bin", tmp_path / "in", BYTES)

    for start, end in ((0, 1), (5_000_000, 5_000_010), (len(data) - 1, len(data)), (0, len(data))):
        assert await read_range(store, f"{folder}a.bin", start, end) == data[start:end]


async def test_a_range_ends_where_the_object_does(store: ObjectStore, folder: str) -> None:
    await store.put(f"{folder}a.bin", b"0123456789", BYTES)

    assert await read_range(store, f"{folder}a.bin", 8, 100) == b"89"


async def test_a_file_that_cannot_be_read_changes_nothing(
    store: ObjectStore, folder: str, tmp_path: Path
) -> None:
    await store.put(f"{folder}a.bin", b"before", BYTES)

    with pytest.raises((StorageUnavailable, NotFound)):
        await store.put_file(f"{folder}a.bin", tmp_path / "missing", BYTES)

    assert await store.get(f"{folder}a.bin") == b"before"
    assert await keys_below(store, folder) == [f"{folder}a.bin"]


async def test_what_is_being_made_is_stored_whole_or_not_at_all(
    inner: ByteStore, folder: str
) -> None:
    pieces = [secrets.token_bytes(3 * 1024 * 1024) for _ in range(4)]

    async def make(*, is_cut: bool) -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
        if is_cut:
            raise StorageUnavailable("The source went away.")

    await inner.put_chunks(f"{folder}a.bin", make(is_cut=False), BYTES)
    with pytest.raises(StorageUnavailable):
        await inner.put_chunks(f"{folder}b.bin", make(is_cut=True), BYTES)

    assert await inner.get(f"{folder}a.bin") == b"".join(pieces)
    assert await keys_below(inner, folder) == [f"{folder}a.bin"]


async def test_all_keys_are_listed_from_any_of_them_on(inner: ByteStore, folder: str) -> None:
    names = ["a/1", "a/b/2", "a-b/3", "a.c", "b", "c/d/e/4"]
    for name in names:
        await inner.put(folder + name, b"x", BYTES)
    everything = [key async for key in inner.list_after("")]
    mine = [key for key in everything if key.startswith(folder)]

    assert sorted(mine) == sorted(folder + name for name in names)
    for place, key in enumerate(everything):
        if key in mine:
            assert [each async for each in inner.list_after(key)] == everything[place + 1 :]


@pytest.mark.parametrize(
    ("_case", "key"),
    [
        ("empty", ""),
        ("absolute", "/etc/passwd"),
        ("climbing", "a/../../etc/passwd"),
        ("here", "a/./b"),
        ("hidden", "a/.b"),
        ("doubled slash", "a//b"),
        ("folder", "a/"),
        ("backslash", "a\\b"),
        ("null", "a\0b"),
        ("newline behind", "a\n"),
        ("space", "a b"),
        ("letters of elsewhere", "é"),
        ("too deep", "/".join("a" * 11)),
        ("too long a segment", "a" * 129),
        ("too long", "/".join(["a" * 100] * 6)),
    ],
)
async def test_a_strange_key_is_refused_everywhere(
    _case: str, key: str, store: ObjectStore, tmp_path: Path
) -> None:
    for refused in (
        store.put(key, b"", BYTES),
        store.put_file(key, tmp_path / "x", BYTES),
        store.get(key),
        store.stat(key),
        store.fetch_to(key, tmp_path / "x"),
        store.delete_prefix(f"{key}/"),
        keys_below(store, f"{key}/"),
        read_range(store, key, 0, 1),
    ):
        with pytest.raises(InvalidKey):
            await refused
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("prefix", ["", "a", "/"])
async def test_a_prefix_names_a_folder(prefix: str, store: ObjectStore) -> None:
    with pytest.raises(InvalidKey):
        await store.delete_prefix(prefix)
