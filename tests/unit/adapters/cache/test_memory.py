"""Kept answers of one process stay within their bounds."""

from adapters.cache.memory import ENTRY_BYTES, MemoryCache
from adapters.cache.store import Entry, Lookup


async def put(store: MemoryCache, key: str, value: bytes, *tags: str, seconds: int = 60) -> None:
    [found] = await store.find([Lookup(key, tags)])
    await store.keep([Entry(key, value, found.stamp, seconds)])


async def value(store: MemoryCache, key: str, *tags: str) -> bytes | None:
    return (await store.find([Lookup(key, tags)]))[0].value


async def test_bytes_are_bounded_and_what_was_not_asked_for_longest_goes_first() -> None:
    store = MemoryCache(bytes_max=3 * (ENTRY_BYTES + 150))
    for key in ("a", "b", "c"):
        await put(store, key, b"x" * 100, "Track")
    assert await value(store, "a", "Track") is not None

    await put(store, "d", b"x" * 100, "Track")

    assert [await value(store, key, "Track") is None for key in "abcd"] == [
        False,
        True,
        False,
        False,
    ]
    assert store.weight <= 3 * (ENTRY_BYTES + 150)


async def test_a_thousand_answers_leave_only_as_many_as_have_room() -> None:
    store = MemoryCache(bytes_max=100_000)

    for number in range(1_000):
        await put(store, f"key{number}", bytes(1_000), f"Track:{number}")

    assert store.weight <= 100_000
    assert 0 < len(store) < 100


async def test_keeping_again_under_a_key_frees_what_was_there() -> None:
    store = MemoryCache()
    await put(store, "a", bytes(1_000), "Track")
    weight = store.weight

    await put(store, "a", bytes(1_000), "Track")

    assert (len(store), store.weight) == (1, weight)


async def test_a_tag_for_which_there_is_no_room_makes_old_what_has_it() -> None:
    store = MemoryCache(tags_max=2)
    await put(store, "a", b"1", "A")
    await put(store, "b", b"2", "B")
    await put(store, "c", b"3", "C")

    assert await value(store, "c", "C") == b"3"
    assert await value(store, "b", "B") == b"2"
    assert await value(store, "a", "A") is None


async def test_an_entry_ends_when_its_time_is_over_and_frees_its_room() -> None:
    now = [0.0]
    store = MemoryCache(now=lambda: now[0])
    await put(store, "a", b"1", "A", seconds=10)

    now[0] = 9.9
    assert await value(store, "a", "A") == b"1"
    now[0] = 10.0
    assert await value(store, "a", "A") is None
    assert (len(store), store.weight) == (0, 0)
