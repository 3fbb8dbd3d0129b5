"""Buckets of one process: exact, and bounded in number."""

import pytest

from adapters.rate_limit.memory import MemoryBuckets
from domain.rate_limits import Quota, Standing, Want, require_token
from errors import RateLimited

USER = Quota(name="user", tokens=3, seconds=60)
PARTNER = Quota(name="partner", tokens=1, seconds=30)


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> MemoryBuckets:
    return MemoryBuckets(now=clock)


async def test_a_bucket_gives_what_it_holds_and_then_refuses(buckets: MemoryBuckets) -> None:
    standings = [await buckets.take([Want(USER, "ann")]) for _ in range(4)]

    assert [each.is_refused for each in standings] == [False, False, False, True]
    assert [each.remaining for each in standings] == [2, 1, 0, 0]
    assert [each.seconds for each in standings] == [20, 40, 60, 20]


@pytest.mark.parametrize("tenths", range(50))
async def test_an_instant_that_is_no_round_number_takes_no_token_away(
    buckets: MemoryBuckets, clock: Clock, tenths: int
) -> None:
    clock.seconds = 123_456.7 + tenths / 10

    assert not (await buckets.take([Want(PARTNER, "acme")])).is_refused
    assert buckets.take_one(PARTNER, "ben") is None


async def test_tokens_come_back_one_by_one(buckets: MemoryBuckets, clock: Clock) -> None:
    for _ in range(3):
        await buckets.take([Want(USER, "ann")])

    clock.seconds += 20
    standings = [await buckets.take([Want(USER, "ann")]) for _ in range(2)]

    assert [each.is_refused for each in standings] == [False, True]


async def test_a_full_bucket_never_holds_more_than_it_may(
    buckets: MemoryBuckets, clock: Clock
) -> None:
    await buckets.take([Want(USER, "ann")])
    clock.seconds += 10_000

    standings = [await buckets.take([Want(USER, "ann")]) for _ in range(4)]

    assert [each.is_refused for each in standings] == [False, False, False, True]


async def test_owners_and_quotas_have_buckets_of_their_own(buckets: MemoryBuckets) -> None:
    await buckets.take([Want(PARTNER, "ann")])

    assert not (await buckets.take([Want(PARTNER, "ben")])).is_refused
    assert not (await buckets.take([Want(USER, "ann")])).is_refused


async def test_who_is_refused_by_one_bucket_pays_nothing_into_the_others(
    buckets: MemoryBuckets,
) -> None:
    wants = [Want(USER, "ann"), Want(PARTNER, "acme")]
    first, *refused = [await buckets.take(wants) for _ in range(5)]

    assert first == Standing(PARTNER, 0, 30, is_refused=False)  # it has the least left
    assert all(each.quota is PARTNER and each.is_refused for each in refused)
    assert (await buckets.take([Want(USER, "ann")])).remaining == 1


def test_one_token_is_taken_without_waiting(buckets: MemoryBuckets) -> None:
    answers = [buckets.take_one(PARTNER, "acme") for _ in range(2)]

    assert answers == [None, Standing(PARTNER, 0, 30, is_refused=True)]


async def test_a_forgotten_bucket_is_full(buckets: MemoryBuckets) -> None:
    buckets.take_one(PARTNER, "acme")

    await buckets.forget(PARTNER, "acme")

    assert buckets.take_one(PARTNER, "acme") is None


def test_the_table_is_bounded_and_keeps_who_comes_again(clock: Clock) -> None:
    buckets = MemoryBuckets(buckets_max=100, now=clock)
    buckets.take_one(PARTNER, "acme")

    for number in range(10_000):
        buckets.take_one(USER, f"stranger {number}")
        if number % 40 == 0:
            assert buckets.take_one(USER, "ann") is None or number > 80

    assert len(buckets) <= 100
    assert buckets.take_one(USER, "ann") is not None
    assert buckets.take_one(PARTNER, "acme") is None  # nobody took of it for long


async def test_a_refusal_says_the_limit_and_when_to_come_back(buckets: MemoryBuckets) -> None:
    await require_token(buckets, PARTNER, "acme")

    with pytest.raises(RateLimited) as refusal:
        await require_token(buckets, PARTNER, "acme")

    assert refusal.value.details == {
        "limit": 1,
        "window_seconds": 30,
        "retry_after_seconds": 30,
    }
