"""What every object store does: the same on a disk and in a bucket."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.storage.store import CHUNK_BYTES, InvalidKey
from domain.ports import ObjectStore
from errors import NotFound

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
