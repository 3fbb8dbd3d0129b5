"""The bus fans out, stays bounded, and outlives its backend."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.broadcast.backend import LiveMessage
from adapters.broadcast.bus import Bus
from adapters.broadcast.bus_limits import BusLimits
from adapters.broadcast.mailbox import GAP, Mailbox
from errors import DependencyError, RateLimited
from tests.patience import SECONDS_MAX, until
from tests.unit.adapters.broadcast.fake_backend import FakeBackend

QUICK = BusLimits(restart_seconds_min=0.001, latest_seconds=0.01, connect_seconds=SECONDS_MAX)


@pytest.fixture
async def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
async def bus(backend: FakeBackend) -> AsyncIterator[Bus]:
    async with Bus(backend, QUICK) as bus:
        yield bus


async def take(mailbox: Mailbox, count: int) -> list[bytes]:
    async with asyncio.timeout(SECONDS_MAX):
        return [await anext(mailbox) for _ in range(count)]


async def test_every_listener_of_a_channel_gets_every_message(
    bus: Bus, backend: FakeBackend
) -> None:
    async with bus.listen("a") as one, bus.listen("a") as two, bus.listen("b") as other:
        await bus.publish("a", b"1")
        await bus.publish("a", b"2")
        await bus.publish("b", b"3")

        assert await take(one, 2) == [b"1", b"2"]
        assert await take(two, 2) == [b"1", b"2"]
        assert await take(other, 1) == [b"3"]
    assert backend.channels == ["a", "b"]
    assert bus.counters.published == 3
    assert bus.counters.delivered == 5


async def test_the_last_listener_to_leave_ends_the_subscription(
    bus: Bus, backend: FakeBackend
) -> None:
    async with bus.listen("a"):
        async with bus.listen("a"):
            pass
        await asyncio.sleep(0.01)
        assert backend.unsubscribed == []

    await until(lambda: backend.unsubscribed == ["a"])
    assert bus.counters.listeners == 0


async def test_a_slow_listener_loses_its_oldest_and_delays_nobody(
    backend: FakeBackend,
) -> None:
    limits = BusLimits(mailbox_messages_max=2)
    async with (
        Bus(backend, limits) as bus,
        bus.listen("a") as slow,
        bus.listen("a") as fast,
    ):
        for number in range(5):
            await bus.publish("a", b"%d" % number)
            assert await take(fast, 1) == [b"%d" % number]

        assert await take(slow, 3) == [GAP, b"3", b"4"]
        assert bus.counters.dropped == 3


async def test_a_failed_backend_is_started_again_and_listeners_are_told(
    bus: Bus, backend: FakeBackend
) -> None:
    async with bus.listen("a") as messages:
        backend.break_with(RuntimeError("the listener would die here"))
        assert await take(messages, 1) == [GAP]

        await bus.publish("a", b"after")

        assert await take(messages, 1) == [b"after"]
    assert backend.connects == 2
    assert bus.counters.restarts == 1
    assert bus.is_connected


async def test_a_bus_without_its_backend_starts_and_connects_later(
    backend: FakeBackend,
) -> None:
    backend.refuses_to_connect = 1_000_000
    limits = BusLimits(restart_seconds_min=0.05, connect_seconds=0.01)
    async with Bus(backend, limits) as bus, bus.listen("a") as messages:
        assert not bus.is_connected
        backend.refuses_to_connect = 0

        assert await take(messages, 1) == [GAP]
        await bus.publish("a", b"here")

        assert await take(messages, 1) == [b"here"]


async def test_lost_messages_are_told_to_listeners_without_a_restart(
    bus: Bus, backend: FakeBackend
) -> None:
    async with bus.listen("a") as messages:
        backend.lose_messages()

        assert await take(messages, 1) == [GAP]
    assert backend.connects == 1


async def test_of_coalesced_messages_only_the_newest_of_a_channel_leaves(
    bus: Bus, backend: FakeBackend
) -> None:
    async with bus.listen("a") as messages:
        for number in range(3):
            await bus.publish("a", b"%d" % number, latest_only=True)
        await bus.publish("b", b"x", latest_only=True)

        assert await take(messages, 1) == [b"2"]
    assert backend.batches == [[LiveMessage("a", b"2"), LiveMessage("b", b"x")]]
    assert bus.counters.coalesced == 2


async def test_a_refused_publish_is_told_to_the_publisher(bus: Bus, backend: FakeBackend) -> None:
    backend.refuses_to_publish = True

    with pytest.raises(DependencyError):
        await bus.publish("a", b"1")

    assert bus.counters.published == 0


async def test_publishes_that_wait_are_bounded(backend: FakeBackend) -> None:
    backend.is_stuck.clear()
    async with Bus(backend, BusLimits(publishes_max=1)) as bus:
        waiting = asyncio.create_task(bus.publish("a", b"1"))
        await asyncio.sleep(0)

        with pytest.raises(RateLimited):
            await bus.publish("a", b"2")

        backend.is_stuck.set()
        await waiting
    assert backend.batches == [[LiveMessage("a", b"1")]]


async def test_listeners_are_bounded(backend: FakeBackend) -> None:
    async with Bus(backend, BusLimits(listeners_max=1)) as bus, bus.listen("a"):
        with pytest.raises(RateLimited):
            async with bus.listen("b"):
                pass

    assert backend.channels == ["a"]


async def test_closing_the_bus_ends_its_listeners(backend: FakeBackend) -> None:
    async with Bus(backend, QUICK) as bus:
        listening = bus.listen("a")
        messages = await listening.__aenter__()
        reading = asyncio.create_task(take(messages, 1))
        await asyncio.sleep(0)

    with pytest.raises(StopAsyncIteration):
        await anext(messages)
    with pytest.raises(StopAsyncIteration):
        await reading
    await listening.__aexit__(None, None, None)
    assert bus.counters.listeners == 0


async def test_a_hundred_listeners_come_and_go_without_leftovers(
    bus: Bus, backend: FakeBackend
) -> None:
    async def visit(number: int) -> list[bytes]:
        async with bus.listen(f"channel-{number % 10}") as messages:
            await bus.publish(f"channel-{number % 10}", b"hello")
            return await take(messages, 1)

    answers = await asyncio.gather(*(visit(number) for number in range(100)))

    assert answers == [[b"hello"]] * 100
    await until(lambda: sorted(backend.unsubscribed) == sorted(backend.channels))
    assert [task for task in asyncio.all_tasks() if task.get_name() == "bus-channel-0"] == []
