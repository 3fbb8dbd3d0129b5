"""What a reader missed is told again in order, in either profile, or said to be lost."""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from adapters.broadcast.backend import BusBackend, ReplayLimits
from adapters.broadcast.backends.bus_file import CREATE_EVENTS
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
from adapters.broadcast.bus import Bus
from adapters.broadcast.bus_limits import BusLimits
from adapters.broadcast.mailbox import GAP, Mailbox
from tests.integration.redis_server import RedisServer
from tests.patience import SECONDS_MAX

CHANNEL = "notifications:anna"


class Embedded:
    """Commits into one domain's event log."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "social.db"
        self._bus_path = folder / "bus.db"
        self._make()

    def backend(self) -> BusBackend:
        return EventLogBackend([self._path], bus_path=self._bus_path)

    async def tell(self, *payloads: bytes, channel: str = CHANNEL, age: float = 0.0) -> None:
        rows = [(os.urandom(8).hex(), channel, each, _micros(age)) for each in payloads]
        with closing(sqlite3.connect(self._path)) as log, log:
            log.executemany(
                "INSERT INTO events (id, name, channel, payload, created_at)"
                " VALUES (?, 'n', ?, ?, ?)",
                rows,
            )

    async def cut(self) -> None:
        """Forget all but the newest."""
        with closing(sqlite3.connect(self._path)) as log, log:
            log.execute("DELETE FROM events WHERE sequence < (SELECT max(sequence) FROM events)")

    async def cut_under_readers(self) -> None:
        """Forget messages before anybody could read them; the newest, of another, stays."""
        rows = [(os.urandom(8).hex(), "notifications:ben", b"of ben", 0) for _ in range(2)]
        with closing(sqlite3.connect(self._path)) as log, log:
            for row in rows:
                (last,) = log.execute(
                    "INSERT INTO events (id, name, channel, payload, created_at)"
                    " VALUES (?, 'n', ?, ?, ?) RETURNING sequence",
                    row,
                ).fetchone()
            log.execute("DELETE FROM events WHERE sequence < ?", (last,))

    async def forget(self) -> None:
        """Begin a new log, as large as the one before."""
        with closing(sqlite3.connect(self._path)) as log:
            (end,) = log.execute("SELECT max(sequence) FROM events").fetchone()
        self._path.rename(self._path.with_suffix(".old"))
        self._make()
        await self.tell(*[b"new"] * end)

    async def close(self) -> None:
        pass

    def _make(self) -> None:
        with closing(sqlite3.connect(self._path)) as log:
            log.execute(CREATE_EVENTS)


class Distributed:
    """Appends to the stream of a Redis."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = Redis.from_url(url, protocol=2)

    def backend(self) -> BusBackend:
        return RedisStreamsBackend(self._url, block_seconds=0.2)

    async def tell(self, *payloads: bytes, channel: str = CHANNEL, age: float = 0.0) -> None:
        for payload in payloads:
            fields = {"channel": channel, "payload": payload}
            entry = f"{_micros(age) // 1000}-*" if age else "*"
            await self._client.xadd("tutti:live", fields, id=entry)

    async def cut(self) -> None:
        await self._client.xtrim("tutti:live", maxlen=1, approximate=False)

    async def cut_under_readers(self) -> None:
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.client_kill_filter(_type="normal", skipme=True)
            pipeline.delete("tutti:live")
            pipeline.xadd("tutti:live", {"channel": "notifications:ben", "payload": b"of ben"})
            await pipeline.execute()

    async def forget(self) -> None:
        await self._client.flushall()
        await self.tell(b"new", b"new", b"new")

    async def close(self) -> None:
        await self._client.aclose()


def _micros(age: float) -> int:
    return int((time.time() - age) * 1_000_000)


@pytest.fixture(params=["embedded", "distributed"])
async def log(request, tmp_path) -> AsyncIterator[Embedded | Distributed]:
    if request.param == "embedded":
        made: Embedded | Distributed = Embedded(tmp_path)
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        made = Distributed(server.url)
    await made.tell(b"long ago", age=3_600)
    yield made
    await made.close()


@asynccontextmanager
async def listening(
    log: Embedded | Distributed,
    *,
    after: str | None = None,
    limits: BusLimits | None = None,
    channel: str = CHANNEL,
) -> AsyncIterator[Mailbox]:
    """A gateway of its own, and one reader there."""
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(Bus(log.backend(), limits))
        yield await stack.enter_async_context(bus.listen(channel, after=after))


async def take(mailbox: Mailbox, count: int) -> list[bytes]:
    async with asyncio.timeout(SECONDS_MAX):
        return [await anext(mailbox) for _ in range(count)]


async def position_after(log: Embedded | Distributed, payload: bytes) -> str:
    """Where a reader stands who was told this by a gateway that is gone by now."""
    async with listening(log) as messages:
        await log.tell(payload)
        assert await take(messages, 1) == [payload]
        assert messages.position is not None
        return messages.position


async def test_what_was_missed_comes_first_in_order_and_once(log) -> None:
    position = await position_after(log, b"1")
    await log.tell(b"2", b"3")
    await log.tell(b"of others", channel="notifications:ben")
    await log.tell(b"4")

    async with listening(log, after=position) as messages:
        await log.tell(b"5")

        assert await take(messages, 4) == [b"2", b"3", b"4", b"5"]
        assert messages.position != position


async def test_who_was_told_nothing_yet_has_a_position_too(log) -> None:
    async with listening(log) as messages:
        position = messages.position
    await log.tell(b"1", b"2")

    async with listening(log, after=position) as messages:
        assert await take(messages, 2) == [b"1", b"2"]


async def test_every_position_on_the_way_goes_on_behind_its_message(log) -> None:
    position = await position_after(log, b"0")
    payloads = [b"%d" % number for number in range(1, 6)]
    await log.tell(*payloads)
    positions = [position]
    async with listening(log, after=position) as messages:
        for payload in payloads:
            assert await take(messages, 1) == [payload]
            positions.append(messages.position)

    for told, each in enumerate(positions):
        await log.tell(b"mark")
        async with listening(log, after=each) as messages:
            missed = [*payloads[told:], *[b"mark"] * (told + 1)]
            assert await take(messages, len(missed)) == missed


async def test_messages_that_come_while_missed_ones_are_read_are_told_once_behind_them(log) -> None:
    position = await position_after(log, b"0")
    count = 200

    async def tell_on() -> None:
        for number in range(count):
            await log.tell(b"%d" % number)

    telling = asyncio.create_task(tell_on())
    heard: list[bytes] = []
    while len(heard) < count:
        async with listening(log, after=position) as messages:
            heard += await take(messages, min(20, count - len(heard)))
            position = messages.position
    await telling

    assert heard == [b"%d" % number for number in range(count)]


@pytest.mark.parametrize("how", ["cut", "forget"])
async def test_a_log_that_was_cut_or_lost_is_a_gap_and_goes_on(log, how) -> None:
    position = await position_after(log, b"1")
    await log.tell(b"2", b"3")
    await getattr(log, how)()

    async with listening(log, after=position) as messages:
        assert await take(messages, 1) == [GAP]
        await log.tell(b"later")
        assert await take(messages, 1) == [b"later"]


async def test_a_reader_who_was_told_of_a_cut_stands_behind_it(log) -> None:
    async with listening(log) as messages:
        await log.tell(b"1")
        assert await take(messages, 1) == [b"1"]
        before = messages.position
        await log.cut_under_readers()
        assert await take(messages, 1) == [GAP]
        position = messages.position
    await log.tell(b"2")

    assert position != before
    async with listening(log, after=position) as messages:
        assert await take(messages, 1) == [b"2"]
    async with listening(log, after=before) as messages:
        assert await take(messages, 1) == [GAP]


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param(ReplayLimits(messages_max=2), id="too many"),
        pytest.param(ReplayLimits(scanned_max=2), id="too far"),
        pytest.param(ReplayLimits(seconds_max=-5.0), id="too old"),
    ],
)
async def test_more_than_may_be_told_again_is_a_gap(log, limits) -> None:
    position = await position_after(log, b"1")
    await log.tell(b"2", b"3", b"4")

    async with listening(log, after=position, limits=BusLimits(replay=limits)) as messages:
        assert await take(messages, 1) == [GAP]


@pytest.mark.parametrize(
    "position", ["", "rubbish", "1-1", "ffff-ffffff", "999999999999999-1", "' OR 1=1", "0-0"]
)
async def test_a_position_that_is_not_of_this_log_is_a_gap(log, position) -> None:
    async with listening(log, after=position) as messages:
        assert await take(messages, 1) == [GAP]


async def test_a_position_opens_no_other_channel(log) -> None:
    position = await position_after(log, b"of anna")
    await log.tell(b"of anna too")

    async with listening(log, after=position, channel="notifications:ben") as messages:
        await log.tell(b"of ben", channel="notifications:ben")

        assert await take(messages, 1) == [b"of ben"]
