"""The Redis bus comes back after Redis does, and says what it may have lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from redis.asyncio import Redis

from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
from adapters.broadcast.bus import Bus
from adapters.broadcast.mailbox import GAP, Mailbox
from errors import DependencyError
from tests.integration.conftest import Listener
from tests.integration.redis_server import RedisServer
from tests.patience import SECONDS_MAX


@pytest.fixture
async def bus(redis_server: RedisServer) -> AsyncIterator[Bus]:
    async with Bus(RedisStreamsBackend(redis_server.url, block_seconds=0.5)) as bus:
        yield bus


@pytest.fixture
async def outsider(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_server.url, protocol=2)
    yield client
    await client.aclose()


async def take(mailbox: Mailbox, count: int) -> list[bytes]:
    async with asyncio.timeout(SECONDS_MAX):
        return [await anext(mailbox) for _ in range(count)]


async def test_messages_reach_another_process(
    redis_server: RedisServer, bus: Bus, start_listener: Callable[[str, str], Listener]
) -> None:
    listener = await asyncio.to_thread(start_listener, redis_server.url, "playback:1")
    assert listener.stdout is not None

    await bus.publish("playback:1", b"moved")

    line = await asyncio.to_thread(listener.stdout.readline)
    assert line.split()[1] == "moved"


async def test_what_was_published_while_we_were_away_is_replayed(
    redis_server: RedisServer, bus: Bus, outsider: Redis
) -> None:
    async with bus.listen("a") as messages:
        await bus.publish("a", b"before")
        assert await take(messages, 1) == [b"before"]

        redis_server.stop()
        redis_server.start()
        for number in range(3):
            await outsider.xadd("tutti:live", {"channel": "a", "payload": b"%d" % number})

        assert await take(messages, 3) == [b"0", b"1", b"2"]
    assert bus.counters.gaps == 0


async def test_a_redis_that_forgot_everything_is_a_gap_and_the_stream_goes_on(
    redis_server: RedisServer, bus: Bus
) -> None:
    async with bus.listen("a") as messages:
        await bus.publish("a", b"before")
        assert await take(messages, 1) == [b"before"]

        redis_server.stop(forget=True)
        redis_server.start()
        await bus.publish("a", b"after")

        assert await take(messages, 2) == [GAP, b"after"]


async def test_a_redis_that_may_have_forgotten_its_newest_is_a_gap(tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "careless", flushes="everysec")
    server.start()
    try:
        async with Bus(RedisStreamsBackend(server.url, block_seconds=0.5)) as bus:
            async with bus.listen("a") as messages:
                await bus.publish("a", b"before")
                assert await take(messages, 1) == [b"before"]
                position = messages.position
                server.stop()
                server.start()
                await bus.publish("a", b"after")

                told = await take(messages, 2)
                if told[-1] == GAP:  # a connection that broke twice says so twice
                    told = [GAP, *await take(messages, 1)]
                assert told == [GAP, b"after"]
            async with bus.listen("a", after=position) as messages:
                assert await take(messages, 1) == [GAP]
    finally:
        server.stop()


async def test_a_publish_without_redis_is_refused_in_bounded_time(
    redis_server: RedisServer, bus: Bus
) -> None:
    redis_server.stop()

    async with asyncio.timeout(SECONDS_MAX):
        with pytest.raises(DependencyError):
            await bus.publish("a", b"1")


async def test_many_messages_arrive_in_their_order(bus: Bus) -> None:
    async with bus.listen("a") as messages:
        for number in range(200):
            await bus.publish("a", b"%d" % number)

        assert await take(messages, 200) == [b"%d" % number for number in range(200)]


async def test_a_bus_started_before_redis_joins_when_it_comes(
    redis_server: RedisServer,
) -> None:
    redis_server.stop()
    bus = Bus(RedisStreamsBackend(redis_server.url, block_seconds=0.5))
    async with asyncio.timeout(SECONDS_MAX), bus, bus.listen("a") as messages:
        assert not bus.is_connected
        redis_server.start()

        assert await take(messages, 1) == [GAP]
        await bus.publish("a", b"here")
        assert await take(messages, 1) == [b"here"]
