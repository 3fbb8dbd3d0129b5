"""Whole answers are kept for those they are for, and made once for all who ask at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.cache.memory import MemoryCache
from adapters.cache.store import Entry, Found, Lookup
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.operation.cache_policy import CachePolicy
from federation.operation.freshness import Sharing
from tests.patience import until
from web.caching.response_cache import KeptResponse, ResponseCache, age_of
from web.wire.error_response import write_response

DOCUMENT = "{ track { title } }"
STRANGERS = CachePolicy(max_age=60, sharing=Sharing.STRANGERS, tags=("Track",))
EVERYONE = CachePolicy(max_age=60, sharing=Sharing.EVERYONE, tags=("Track",))
VIEWER = CachePolicy(max_age=60, sharing=Sharing.VIEWER, tags=("Track",))


@dataclass
class Kitchen:
    """Says what the policy is, and makes answers; counts them."""

    policy: CachePolicy | None = STRANGERS
    made: int = 0
    told: dict[str, Any] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    fault: Exception | None = None

    async def cache_policy(self, request: GraphQLRequest) -> CachePolicy | None:
        return self.policy

    async def make(self) -> GraphQLResponse:
        self.made += 1
        number = self.made
        if self.gate is not None:
            await self.gate.wait()
        if self.fault is not None:
            raise self.fault
        told = {"data": {"track": {"id": "VHJhY2s6MQ", "title": number}}, "caching": self.policy}
        return GraphQLResponse(**{**told, **self.told})


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def store() -> MemoryCache:
    return MemoryCache()


@pytest.fixture
def cache(kitchen: Kitchen, store: MemoryCache) -> ResponseCache:
    return ResponseCache(store, kitchen, schema="type Query")


async def ask(
    cache: ResponseCache, kitchen: Kitchen, viewer: str = "", **request: Any
) -> GraphQLResponse:
    asked = GraphQLRequest(**{"document": DOCUMENT, **request})
    return await cache.run(asked, kitchen.make, viewer=viewer)


async def test_the_second_who_asks_is_given_the_bytes_of_the_first(cache, kitchen) -> None:
    first, second = await ask(cache, kitchen), await ask(cache, kitchen)

    assert kitchen.made == 1
    assert (cache.hits, cache.misses) == (1, 1)
    expected = b'{"data":{"track":{"id":"VHJhY2s6MQ","title":1}}}'
    assert write_response(first) == write_response(second) == expected
    assert isinstance(second, KeptResponse)
    assert second.caching == STRANGERS
    assert second.keys == "Track VHJhY2s6MQ"


async def test_whoever_is_logged_in_is_not_given_what_strangers_are_told(cache, kitchen) -> None:
    answers = [await ask(cache, kitchen, viewer) for viewer in ("ann", "", "ben", "ann", "")]

    titles = [write_response(each).split(b'"title":')[1][:1] for each in answers]
    assert titles == [b"1", b"2", b"3", b"4", b"2"]


async def test_what_is_the_same_for_all_is_shared_by_all(cache, kitchen) -> None:
    kitchen.policy = EVERYONE

    for viewer in ("ann", "", "ben"):
        await ask(cache, kitchen, viewer)

    assert kitchen.made == 1


@pytest.mark.parametrize("policy", [VIEWER, None])
async def test_what_is_of_one_viewer_or_says_nothing_is_never_kept(cache, kitchen, policy) -> None:
    kitchen.policy = policy

    for viewer in ("", "", "ann", "ann"):
        await ask(cache, kitchen, viewer)

    assert kitchen.made == 4


@pytest.mark.parametrize(
    "told",
    [
        {"errors": [{"message": "no"}], "caching": None},
        {"has_data": False, "data": None, "caching": None},
        {"extensions": {"cost": {}}},
        {"caching": VIEWER},
    ],
)
async def test_what_went_wrong_or_was_restricted_meanwhile_is_not_kept(
    cache, kitchen, store, told
) -> None:
    kitchen.told = told

    await ask(cache, kitchen)
    await ask(cache, kitchen)

    assert (kitchen.made, len(store)) == (2, 0)


async def test_an_answer_for_strangers_is_not_kept_where_one_for_all_was_promised(
    cache, kitchen
) -> None:
    kitchen.policy = EVERYONE
    kitchen.told = {"caching": STRANGERS}

    await ask(cache, kitchen, "ann")
    await ask(cache, kitchen)

    assert kitchen.made == 2


@pytest.mark.parametrize("asked", [{"explain": True}, {"tells_cost": True}, {"rollout_key": "a"}])
async def test_who_asks_for_more_than_the_answer_is_not_given_a_kept_one(
    cache, kitchen, asked
) -> None:
    await ask(cache, kitchen)
    await ask(cache, kitchen, **asked)

    assert kitchen.made == 2


async def test_every_other_request_has_another_answer(cache, kitchen, store) -> None:
    requests: Sequence[dict[str, Any]] = [
        {},
        {"document": "{ track { title  } }"},
        {"operation_name": "A"},
        {"operation_name": ""},
        {"variables": {"a": 1}},
        {"variables": {"a": True}},
        {"variables": {"a": "1"}},
        {"variables": {"a": 1.0}},
        {"variables": {"a": None}},
        {"variables": {"a": [1]}},
        {"variables": {"b": 1}},
    ]
    for each in requests:
        await ask(cache, kitchen, **each)
    assert kitchen.made == len(requests)

    await ResponseCache(store, kitchen, schema="another").run(
        GraphQLRequest(document=DOCUMENT), kitchen.make, viewer=""
    )
    assert kitchen.made == len(requests) + 1


async def test_the_order_of_members_is_no_other_request(cache, kitchen) -> None:
    await ask(cache, kitchen, variables={"a": 1, "b": {"c": 2, "d": 3}})
    await ask(cache, kitchen, variables={"b": {"d": 3, "c": 2}, "a": 1})

    assert kitchen.made == 1


async def test_variables_that_cannot_be_told_apart_are_answered_anew(cache, kitchen) -> None:
    for _ in range(2):
        await ask(cache, kitchen, variables={"a": 2**70})

    assert kitchen.made == 2


async def test_a_crowd_is_given_one_answer(cache, kitchen) -> None:
    kitchen.gate = asyncio.Event()
    asking = [asyncio.create_task(ask(cache, kitchen)) for _ in range(50)]
    await until(lambda: kitchen.made == 1)
    await asyncio.sleep(0)
    kitchen.gate.set()

    answers = await asyncio.gather(*asking)

    assert kitchen.made == 1
    assert len({write_response(each) for each in answers}) == 1


async def test_who_waited_for_an_answer_that_failed_makes_its_own(cache, kitchen) -> None:
    kitchen.gate, kitchen.fault = asyncio.Event(), ValueError("broken")
    asking = [asyncio.create_task(ask(cache, kitchen)) for _ in range(5)]
    await until(lambda: kitchen.made == 1)
    await asyncio.sleep(0)
    kitchen.gate.set()

    answers = await asyncio.gather(*asking, return_exceptions=True)

    assert [type(each) for each in answers] == [ValueError] * 5
    assert kitchen.made == 5


async def test_who_waited_for_somebody_who_left_makes_its_own(cache, kitchen) -> None:
    kitchen.gate = asyncio.Event()
    first = asyncio.create_task(ask(cache, kitchen))
    await until(lambda: kitchen.made == 1)
    second = asyncio.create_task(ask(cache, kitchen))
    await asyncio.sleep(0)

    first.cancel()
    await until(lambda: kitchen.made == 2)
    kitchen.gate.set()

    assert write_response(await second).endswith(b'"title":2}}}')
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_who_asks_after_a_change_does_not_wait_for_who_asked_before(
    cache, kitchen, store
) -> None:
    kitchen.gate = asyncio.Event()
    before = asyncio.create_task(ask(cache, kitchen))
    await until(lambda: kitchen.made == 1)
    await store.purge(["Track"])
    after = asyncio.create_task(ask(cache, kitchen))
    await until(lambda: kitchen.made == 2)
    kitchen.gate.set()
    await asyncio.gather(before, after)

    assert write_response(await ask(cache, kitchen)) == write_response(after.result())
    assert kitchen.made == 2


async def test_a_purge_of_a_type_forgets_the_answers_that_show_it(cache, kitchen, store) -> None:
    await ask(cache, kitchen)
    await store.purge(["Artist"])
    await ask(cache, kitchen)
    assert kitchen.made == 1

    await store.purge(["Track"])
    await ask(cache, kitchen)
    assert kitchen.made == 2


async def test_an_answer_tells_its_age_and_ends_with_its_time(cache, kitchen, monkeypatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("web.caching.response_cache.time.time", lambda: now[0])
    await ask(cache, kitchen)

    now[0] += 59
    assert age_of(await ask(cache, kitchen)) == 59
    now[0] += 1
    assert age_of(await ask(cache, kitchen)) == 0
    assert kitchen.made == 2


class Broken(MemoryCache):
    """Finds what somebody else wrote, or nothing at all."""

    value: bytes | None = None
    stamp = b"stamp"

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        return [Found(self.value, self.stamp)] * len(lookups)

    async def keep(self, entries: Sequence[Entry]) -> None:
        assert self.stamp


@pytest.mark.parametrize(
    "value", [b"", b"{", b"x" * 14, b"\x00" * 40, b"\xff" * 40, b'{"data":{"poison":true}}']
)
async def test_what_cannot_be_read_is_not_told(kitchen, value) -> None:
    store = Broken()
    store.value = value
    cache = ResponseCache(store, kitchen, schema="")

    answer = await ask(cache, kitchen)

    assert write_response(answer).endswith(b'"title":1}}}')


async def test_without_its_store_every_query_is_answered_anew(kitchen) -> None:
    store = Broken()
    store.stamp = b""
    cache = ResponseCache(store, kitchen, schema="")

    for _ in range(3):
        await ask(cache, kitchen)

    assert kitchen.made == 3
