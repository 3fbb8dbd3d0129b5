"""Buckets in Redis: shared by processes, atomic, and done without while Redis is away."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from adapters.rate_limit.shared import PAUSE_SECONDS, SharedBuckets
from domain.rate_limits import Quota, Want
from tests.integration.redis_server import RedisServer
from tests.patience import SECONDS_MAX

USER = Quota(name="user", tokens=10, seconds=3_600)
PARTNER = Quota(name="partner", tokens=1, seconds=3_600)

MakeBuckets = Callable[[], SharedBuckets]


class Clock:
    """Seconds that a test moves by hand."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make_buckets(redis_server: RedisServer, clock: Clock) -> AsyncIterator[MakeBuckets]:
    made: list[SharedBuckets] = []

    def make() -> SharedBuckets:
        made.append(SharedBuckets(redis_server.url, now=clock, seconds_max=SECONDS_MAX))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def test_two_processes_take_of_the_same_bucket(make_buckets: MakeBuckets) -> None:
    one, other = make_buckets(), make_buckets()

    takes = [each.take([Want(USER, "ann")]) for each in (one, other) for _ in range(15)]
    standings = await asyncio.gather(*takes)

    assert sorted(each.remaining for each in standings if not each.is_refused) == list(range(10))
    refused = [each for each in standings if each.is_refused]
    assert len(refused) == 20
    assert all(0 < each.seconds <= USER.interval for each in refused)


async def test_a_crowd_is_counted_exactly(make_buckets: MakeBuckets) -> None:
    buckets = make_buckets()

    standings = await asyncio.gather(*(buckets.take([Want(USER, "ann")]) for _ in range(1_000)))

    assert sum(not each.is_refused for each in standings) == USER.tokens
    assert not buckets.is_failing


async def test_who_is_refused_by_one_bucket_pays_nothing_into_the_others(
    make_buckets: MakeBuckets,
) -> None:
    buckets = make_buckets()
    wants = [Want(USER, "ann"), Want(PARTNER, "acme")]

    first, *refused = [await buckets.take(wants) for _ in range(5)]

    assert (first.quota, first.remaining, first.is_refused) == (PARTNER, 0, False)
    assert all(each.quota is PARTNER and each.is_refused for each in refused)
    assert (await buckets.take([Want(USER, "ann")])).remaining == 8


async def test_a_forgotten_bucket_is_full(make_buckets: MakeBuckets) -> None:
    buckets = make_buckets()
    await buckets.take([Want(PARTNER, "acme")])

    await buckets.forget(PARTNER, "acme")

    assert not (await buckets.take([Want(PARTNER, "acme")])).is_refused


async def test_a_process_counts_for_itself_while_redis_is_away(
    make_buckets: MakeBuckets,
    redis_server: RedisServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    buckets = make_buckets()
    await buckets.take([Want(PARTNER, "acme")])
    redis_server.stop()

    with caplog.at_level(logging.INFO):
        alone = [await buckets.take([Want(PARTNER, "acme")]) for _ in range(3)]

        assert [each.is_refused for each in alone] == [False, True, True]
        assert buckets.is_failing
        redis_server.start()
        clock.seconds += PAUSE_SECONDS
        shared = await buckets.take([Want(PARTNER, "acme")])

    assert shared.is_refused  # what was taken before is known again
    assert not buckets.is_failing
    assert [record.levelname for record in caplog.records if "rate limits" in record.message] == [
        "WARNING",
        "INFO",
    ]


async def test_nobody_waits_long_for_a_redis_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        buckets = SharedBuckets(f"redis://127.0.0.1:{silent.getsockname()[1]}", seconds_max=0.05)

        async with asyncio.timeout(SECONDS_MAX):
            takes = [buckets.take([Want(USER, "ann")]) for _ in range(500)]
            standings = await asyncio.gather(*takes)
        await buckets.close()

    assert sum(not each.is_refused for each in standings) == USER.tokens
    assert buckets.is_failing
