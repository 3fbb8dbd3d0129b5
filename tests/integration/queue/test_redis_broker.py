"""The broker brings lost messages back, and leaves those alone that are being worked."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis
from taskiq import AckableMessage, BrokerMessage

from tests.integration.redis_server import RedisServer
from tests.patience import SECONDS_MAX
from workers.redis_broker import RedisStreamsBroker

STREAM = "tutti:queue:test"
IDLE_SECONDS = 2.0
FORGET_SECONDS = 6.0

MakeBroker = Callable[[str], RedisStreamsBroker]


@pytest.fixture
async def make_broker(redis_server: RedisServer) -> AsyncIterator[MakeBroker]:
    made: list[RedisStreamsBroker] = []

    def make(consumer: str) -> RedisStreamsBroker:
        broker = RedisStreamsBroker(
            redis_server.url,
            stream=STREAM,
            consumer=consumer,
            idle_seconds=IDLE_SECONDS,
            forget_seconds=FORGET_SECONDS,
        )
        made.append(broker)
        return broker

    yield make
    for broker in made:
        await broker.shutdown()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_server.url, protocol=2)
    yield client
    await client.aclose()


def a_message(text: str) -> BrokerMessage:
    return BrokerMessage(task_id=text, task_name="t", message=text.encode(), labels={})


class Listener:
    """Takes messages of a broker one by one, as taskiq's receiver does."""

    def __init__(self, broker: RedisStreamsBroker) -> None:
        self._messages = broker.listen()

    async def take(self, seconds: float = SECONDS_MAX) -> AckableMessage | None:
        """The next message; None when none came in time, which ends this listener."""
        try:
            async with asyncio.timeout(seconds):
                message = await anext(self._messages)
        except TimeoutError:
            return None
        assert isinstance(message, AckableMessage)
        return message

    async def die(self) -> None:
        """Stop without acknowledging, as a killed process does."""
        await self._messages.aclose()


async def acknowledge(message: AckableMessage | None) -> None:
    assert message is not None
    answer = message.ack()
    assert answer is not None
    await answer


async def test_messages_come_in_order_and_leave_when_acknowledged(make_broker) -> None:
    broker = make_broker("one")
    listener = Listener(broker)
    for text in ("a", "b"):
        await broker.kick(a_message(text))

    first, second = await listener.take(), await listener.take()

    assert [first.data, second.data] == [b"a", b"b"]
    assert await broker.outstanding() == 2
    await acknowledge(first)
    await acknowledge(second)
    assert await broker.outstanding() == 0
    await listener.die()


async def test_a_message_goes_to_one_of_two_workers(make_broker) -> None:
    one, two = Listener(make_broker("one")), Listener(make_broker("two"))
    sender = make_broker("sender")
    for number in range(10):
        await sender.kick(a_message(str(number)))

    taken = [(await listener.take()).data for listener in [one, two] * 5]

    assert sorted(taken) == [b"%d" % number for number in range(10)]
    await one.die()
    await two.die()


async def test_a_dead_workers_message_comes_back_to_an_idle_one(make_broker) -> None:
    dead_broker, idle_broker = make_broker("dead"), make_broker("idle")
    dead, idle = Listener(dead_broker), Listener(idle_broker)
    await dead_broker.kick(a_message("lost"))
    await dead.take()

    await dead.die()
    # Nothing else arrives: the idle worker has to look by itself.
    found = await idle.take()

    assert found is not None
    assert found.data == b"lost"
    await acknowledge(found)
    await idle.die()


async def test_a_message_that_is_being_worked_stays_where_it_is(make_broker) -> None:
    busy_broker, idle_broker = make_broker("busy"), make_broker("idle")
    busy, idle = Listener(busy_broker), Listener(idle_broker)
    await busy_broker.kick(a_message("long"))
    taken = await busy.take()

    stolen = await idle.take(seconds=IDLE_SECONDS * 2.5)

    assert stolen is None
    await acknowledge(taken)
    assert await busy_broker.outstanding() == 0
    await busy.die()


async def test_a_lost_stream_is_made_again(make_broker, redis: Redis) -> None:
    broker = make_broker("one")
    listener = Listener(broker)
    await broker.kick(a_message("before"))
    await acknowledge(await listener.take())

    await redis.flushall()
    await broker.kick(a_message("after"))
    found = await listener.take()

    assert found is not None
    assert found.data == b"after"
    await acknowledge(found)
    await listener.die()


async def test_a_restart_of_redis_is_survived(make_broker, redis_server: RedisServer) -> None:
    broker = make_broker("one")
    listener = Listener(broker)
    await broker.kick(a_message("before"))
    await acknowledge(await listener.take())

    waiting = asyncio.create_task(listener.take())
    await asyncio.sleep(0.1)
    redis_server.stop()
    redis_server.start()
    await broker.kick(a_message("after"))

    found = await waiting
    assert found is not None
    assert found.data == b"after"
    await acknowledge(found)
    await listener.die()


async def test_a_worker_that_leaves_in_peace_leaves_the_group(make_broker, redis: Redis) -> None:
    broker = make_broker("one")
    listener = Listener(broker)
    await broker.kick(a_message("a"))
    await acknowledge(await listener.take())
    await listener.die()

    await broker.shutdown()

    assert await redis.xinfo_consumers(STREAM, "workers") == []


async def test_long_dead_consumers_are_forgotten(make_broker, redis: Redis) -> None:
    dead, alive = Listener(make_broker("dead")), Listener(make_broker("alive"))
    sender = make_broker("sender")
    for text in ("a", "b"):
        await sender.kick(a_message(text))
    await acknowledge(await dead.take())
    await acknowledge(await alive.take())
    await dead.die()
    names = {each["name"] for each in await redis.xinfo_consumers(STREAM, "workers")}

    # It looks by itself while it waits.
    waiting = asyncio.create_task(alive.take())
    async with asyncio.timeout(SECONDS_MAX):
        while len(left := await redis.xinfo_consumers(STREAM, "workers")) == 2:
            await asyncio.sleep(0.1)

    assert names == {b"dead", b"alive"}
    assert [each["name"] for each in left] == [b"alive"]
    waiting.cancel()
    await asyncio.wait([waiting])
