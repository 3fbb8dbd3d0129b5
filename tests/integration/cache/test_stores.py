"""What keeps answers: the same in one process and in Redis."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from adapters.cache.memory import MemoryCache
from adapters.cache.shared import PAUSE_SECONDS, PREFIX, SharedCache
from adapters.cache.store import CacheStore, Entry, Found, Lookup
from tests.integration.redis_server import RedisServer
from tests.patience import POLL_SECONDS, SECONDS_MAX

SECRET = b"a secret of the tests, long enough"
ONE = Lookup("one", ("Track", "Track:1"))
OTHER = Lookup("other", ("Track", "Track:2"))

MakeShared = Callable[..., SharedCache]


class Clock:
    """Seconds that a test moves by hand."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def make_shared(redis_server: RedisServer, clock: Clock) -> AsyncIterator[MakeShared]:
    made: list[SharedCache] = []

    def make(secret: bytes = SECRET, entries_max: int = 100) -> SharedCache:
        given = {"now": clock, "seconds_max": SECONDS_MAX, "value_bytes_max": 1_000}
        made.append(SharedCache(redis_server.url, secret=secret, entries_max=entries_max, **given))
        return made[-1]

    yield make
    for each in made:
        await each.close()


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> CacheStore:
    if request.param == "memory":
        return MemoryCache(value_bytes_max=1_000)
    shared: CacheStore = request.getfixturevalue("make_shared")()
    return shared


async def put(store: CacheStore, lookup: Lookup, value: bytes, seconds: int = 60) -> None:
    [found] = await store.find([lookup])
    await store.keep([Entry(lookup.key, value, found.stamp, seconds)])


async def values(store: CacheStore, *lookups: Lookup) -> list[bytes | None]:
    return [found.value for found in await store.find(lookups)]


async def test_what_was_kept_is_found(store) -> None:
    assert await values(store, ONE, OTHER) == [None, None]

    await put(store, ONE, b"1")
    await put(store, OTHER, b"\x00\xff")

    assert await values(store, OTHER, ONE) == [b"\x00\xff", b"1"]


async def test_a_purge_of_a_tag_forgets_what_has_it(store) -> None:
    await put(store, ONE, b"1")
    await put(store, OTHER, b"2")

    await store.purge(["Track:1", "Nobody:1"])
    assert await values(store, ONE, OTHER) == [None, b"2"]

    await put(store, ONE, b"1 again")
    assert await values(store, ONE) == [b"1 again"]
    await store.purge(["Track"])
    assert await values(store, ONE, OTHER) == [None, None]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("Track:1", [None, b"2"]),
        ("Track:*", [None, None]),
        ("T*:2", [b"1", None]),
        ("*", [None, None]),
        ("Track?", [b"1", b"2"]),
        ("Track:[12]", [b"1", b"2"]),
        ("rack:1", [b"1", b"2"]),
    ],
)
async def test_a_purge_by_pattern_forgets_what_has_a_tag_like_it(store, pattern, left) -> None:
    await put(store, ONE, b"1")
    await put(store, OTHER, b"2")

    await store.purge_matching(pattern)

    assert await values(store, ONE, OTHER) == left


async def test_all_can_be_forgotten(store) -> None:
    await put(store, ONE, b"1")
    await put(store, Lookup("bare", ()), b"2")

    await store.purge_all()

    assert await values(store, ONE, Lookup("bare", ())) == [None, None]


async def test_what_was_read_before_a_purge_is_not_kept_after_it(store) -> None:
    [found] = await store.find([ONE])
    await store.purge(["Track:1"])
    await store.keep([Entry(ONE.key, b"old", found.stamp, 60)])

    assert await values(store, ONE) == [None]


async def test_what_is_too_large_or_for_no_time_or_without_a_stamp_is_not_kept(store) -> None:
    [found] = await store.find([ONE])
    await store.keep(
        [
            Entry(ONE.key, b"x" * 1_001, found.stamp, 60),
            Entry(ONE.key, b"x", found.stamp, 0),
            Entry(ONE.key, b"x", b"", 60),
        ]
    )

    assert await values(store, ONE) == [None]


async def test_an_entry_ends_with_its_time(store) -> None:
    await put(store, ONE, b"1", seconds=1)
    await put(store, OTHER, b"2")

    async with asyncio.timeout(SECONDS_MAX):
        while await values(store, ONE) != [None]:
            await asyncio.sleep(POLL_SECONDS)
    assert await values(store, OTHER) == [b"2"]


async def test_processes_share_what_is_in_redis_and_purge_for_each_other(make_shared) -> None:
    one, other = make_shared(), make_shared()
    await put(one, ONE, b"1")
    assert await values(other, ONE) == [b"1"]

    await other.purge(["Track"])

    assert await values(one, ONE) == [None]


async def test_a_crowd_that_asks_for_new_tags_at_once_agrees_on_them(make_shared) -> None:
    one, other = make_shared(), make_shared()

    found = await asyncio.gather(*(each.find([ONE]) for each in [one, other] * 20))

    assert len({each.stamp for [each] in found}) == 1


async def test_what_somebody_else_wrote_is_as_good_as_nothing(make_shared, redis_server) -> None:
    ours, stranger = make_shared(), make_shared(b"another secret, long enough as well")
    await put(stranger, ONE, b"poison")
    assert await values(ours, ONE) == [None]

    await put(ours, ONE, b"good")
    client = Redis.from_url(redis_server.url)
    kept = await client.get(f"{PREFIX}:entry:one")
    assert kept is not None
    for poisoned in (kept[:-1] + b"!", kept[:20], b"", b"poison", kept[16:]):
        await client.set(f"{PREFIX}:entry:one", poisoned)
        assert await values(ours, ONE) == [None]
    await client.set(f"{PREFIX}:entry:one", kept)
    assert await values(ours, ONE) == [b"good"]
    same_tags = Lookup("two", ONE.tags)
    await client.set(f"{PREFIX}:entry:two", kept)
    assert await values(ours, same_tags) == [None]
    await client.aclose()


async def test_a_mark_that_redis_lost_makes_old_what_hung_on_it(make_shared, redis_server) -> None:
    store = make_shared()
    await put(store, ONE, b"1")
    client = Redis.from_url(redis_server.url)

    await client.delete(f"{PREFIX}:tag:Track")
    await client.aclose()

    assert await values(store, ONE) == [None]


async def test_redis_holds_a_bounded_number_of_entries(make_shared, redis_server) -> None:
    store = make_shared(entries_max=5)
    lookups = [Lookup(f"key{number}", ("Track",)) for number in range(12)]
    for each in lookups:
        await put(store, each, each.key.encode())

    found = await values(store, *lookups)
    client = Redis.from_url(redis_server.url)
    entries = await client.keys(f"{PREFIX}:entry:*")
    await client.aclose()

    assert len(entries) == 5
    assert found[-1] == b"key11"
    assert found[0] is None


async def test_without_redis_nothing_is_found_and_a_missed_purge_is_made_up_for(
    make_shared, redis_server, clock, caplog
) -> None:
    store = make_shared()
    await put(store, ONE, b"1")
    await put(store, OTHER, b"2")
    redis_server.stop()

    with caplog.at_level(logging.INFO):
        assert await store.find([ONE, OTHER]) == [Found(None, b""), Found(None, b"")]
        await store.purge(["Track:1"])
        await store.keep([Entry("one", b"1", b"stamp", 60)])
        assert store.is_failing

        redis_server.start()
        clock.seconds += PAUSE_SECONDS
        assert await values(store, ONE, OTHER) == [None, None]

    assert not store.is_failing
    assert [each.levelname for each in caplog.records if "answers are" in each.message] == [
        "WARNING",
        "INFO",
    ]
