"""Loaders: one statement for all that ask in a tick, each key read once."""

import asyncio
import gc
import weakref
from dataclasses import dataclass
from typing import Any

import pytest

from loaders.batch import BATCH_KEYS_MAX, BatchLoader, GroupLoader

QUERY: Any = object()


@dataclass(frozen=True)
class Song:
    id: str
    album: str


class FakeRead:
    """Answers with songs of the keys asked for, once it may."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.asked: list[list[str]] = []
        self.gate = asyncio.Event()
        self.failure: Exception | None = None
        if is_open:
            self.gate.set()

    async def fetch(self, _query: Any, *, keys: list[str]) -> list[Song]:
        self.asked.append(list(keys))
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return [Song(id=key, album=key[0]) for key in reversed(keys) if key != "none"]


class SongById(BatchLoader[str, Song]):
    query = QUERY


class SongsByAlbum(GroupLoader[str, Song]):
    query = QUERY
    key_name = "album"


async def until_asked(read: FakeRead, times: int) -> None:
    while len(read.asked) < times:
        await asyncio.sleep(0)


async def test_callers_of_one_tick_share_a_statement() -> None:
    read = FakeRead()
    songs = SongById(read)

    first, second, third = await asyncio.gather(
        songs.load_all(["b", "a"]), songs.load_all(["a", "none"]), songs.load("c")
    )

    assert read.asked == [["b", "a", "none", "c"]]
    assert first == [Song("b", "b"), Song("a", "a")]
    assert second == [Song("a", "a"), None]
    assert third == Song("c", "c")


async def test_a_key_is_read_once() -> None:
    read = FakeRead()
    songs = SongById(read)

    await songs.load_all(["a", "a", "b"])
    again = await songs.load_all(["b", "c", "a"])

    assert read.asked == [["a", "b"], ["c"]]
    assert again == [Song("b", "b"), Song("c", "c"), Song("a", "a")]


async def test_whoever_comes_while_a_key_is_read_waits_for_it() -> None:
    read = FakeRead(is_open=False)
    songs = SongById(read)
    early = asyncio.create_task(songs.load("a"))
    await until_asked(read, 1)

    late = asyncio.create_task(songs.load_all(["a", "b"]))
    await until_asked(read, 2)
    read.gate.set()

    assert await early == Song("a", "a")
    assert await late == [Song("a", "a"), Song("b", "b")]
    assert read.asked == [["a"], ["b"]]


async def test_a_cleared_key_is_read_anew_even_while_it_is_read() -> None:
    read = FakeRead(is_open=False)
    songs = SongById(read)
    early = asyncio.create_task(songs.load("a"))
    await until_asked(read, 1)

    songs.clear("a")
    late = asyncio.create_task(songs.load("a"))
    await until_asked(read, 2)
    read.gate.set()
    await asyncio.gather(early, late)
    songs.clear("a")
    await songs.load("a")

    assert read.asked == [["a"], ["a"], ["a"]]


async def test_a_caller_that_is_cancelled_takes_nobody_along() -> None:
    read = FakeRead(is_open=False)
    songs = SongById(read)
    impatient = asyncio.create_task(songs.load("a"))
    patient = asyncio.create_task(songs.load("a"))
    await until_asked(read, 1)

    impatient.cancel()
    await asyncio.wait([impatient])
    read.gate.set()

    assert impatient.cancelled()
    assert await patient == Song("a", "a")


async def test_a_failure_reaches_all_callers_and_is_not_kept() -> None:
    read = FakeRead()
    read.failure = OSError("gone")
    songs = SongById(read)

    failed = await asyncio.gather(songs.load("a"), songs.load("b"), return_exceptions=True)
    read.failure = None

    assert [type(each) for each in failed] == [OSError, OSError]
    assert await songs.load("a") == Song("a", "a")


async def test_rows_are_grouped_in_the_order_of_the_query() -> None:
    read = FakeRead()

    class SongsByName(SongsByAlbum):
        key_name = "id"

    groups = await SongsByName(read).load_all(["a", "none", "b"])

    assert groups == [[Song("a", "a")], [], [Song("b", "b")]]


@pytest.mark.parametrize("more", [1, BATCH_KEYS_MAX])
async def test_no_statement_has_more_keys_than_the_bound(more: int) -> None:
    read = FakeRead()
    keys = [f"k{number}" for number in range(BATCH_KEYS_MAX + more)]

    found = await SongById(read).load_all(keys)

    assert [len(asked) for asked in read.asked] == [BATCH_KEYS_MAX, more]
    assert [song.id for song in found if song is not None] == keys


async def test_what_was_read_is_freed_without_a_garbage_search() -> None:
    gc.disable()
    try:
        songs = SongById(FakeRead())
        await songs.load_all(["a", "b"])
        freed = weakref.ref(songs)

        del songs

        assert freed() is None
    finally:
        gc.enable()
