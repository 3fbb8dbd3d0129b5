"""The plan cache: bounded, least recently used out first."""

from federation.plan.plan_cache import PlanCache


def test_the_least_recently_used_goes_first() -> None:
    cache: PlanCache[str] = PlanCache(2, 100)
    cache.keep("a", "A", 1)
    cache.keep("b", "B", 1)

    cache.find("a")
    cache.keep("c", "C", 1)

    assert (cache.find("a"), cache.find("b"), cache.find("c")) == ("A", None, "C")
    assert (len(cache), cache.hits, cache.misses) == (2, 3, 1)


def test_a_cache_without_room_keeps_nothing() -> None:
    cache: PlanCache[str] = PlanCache(0, 100)

    cache.keep("a", "A", 1)

    assert cache.find("a") is None
    assert len(cache) == 0


def test_what_is_kept_weighs_no_more_than_it_may() -> None:
    cache: PlanCache[str] = PlanCache(10, 100)
    cache.keep("a", "A", 60)
    cache.keep("b", "B", 40)

    cache.keep("b", "B again", 30)
    cache.keep("too heavy", "?", 101)
    cache.keep("c", "C", 11)

    assert [cache.find(key) for key in ("a", "b", "too heavy", "c")] == [None, "B again", None, "C"]
