"""Entities are kept under their keys, and only those are asked for that are new."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from adapters.cache.memory import MemoryCache
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.operation.cache_policy import CachePolicies
from federation.operation.freshness import NOT_KEPT, Freshness, Sharing
from federation.supergraph.reader import read_supergraph
from federation.transport.transport import displays_answers
from tests.unit.federation.compose.composing import compose_two
from web.caching.entity_caching import CachingTransport, EntityCache, with_kept_entities

HINT = """
extend schema @link(url: "https://tutti.example/caching/v1.0", import: ["@cacheControl"])
  @composeDirective(name: "@cacheControl")
directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
  on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
enum CacheControlScope { PUBLIC PRIVATE }
"""
SDL = compose_two(
    one=HINT
    + """
type Query { a: Track b: Album }
type Track @key(fields: "id") @cacheControl(maxAge: 300) {
  id: ID!
  title(loud: Boolean): String
  liked: Boolean @cacheControl(scope: PRIVATE)
  likes: Int @cacheControl(maxAge: 60, scope: PUBLIC)
  album: Album
}
type Album @key(fields: "id") @cacheControl(maxAge: 100) { id: ID! name: String }
type Bare @key(fields: "id") { id: ID! name: String }
"""
).sdl
TITLES = "query($r: [_Any!]!, $loud: Boolean) { _entities(representations: $r) {%s} }"
TITLE = TITLES % " ... on Track { title(loud: $loud) } "
LIKES = TITLES % " ... on Track { __typename likes } "
LIKED = TITLES % " ... on Track { likes liked } "
OF_ALBUM = TITLES % " ... on Track { album { name } } "
BARE = TITLES % " ... on Bare { name } "
BOTH = """query($r: [_Any!]!, $s: [_Any!]!) {
  _e0: _entities(representations: $r) { ... on Track { likes } }
  _e1: _entities(representations: $s) { ... on Album { name } }
}"""


class Subgraph:
    """Answers each entity by its id, or as a test says; remembers for which it was asked."""

    displays = True

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.requests: list[FetchRequest] = []
        self.change: Callable[[FetchResult], FetchResult] = lambda result: result

    async def warm(self, request: FetchRequest) -> None:
        self.requests.append(request)

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        self.requests.append(request)
        lists = {name: each for name, each in request.variables.items() if isinstance(each, list)}
        self.asked.append([each["id"] for name in sorted(lists) for each in lists[name]])
        keys = ("_e0", "_e1") if "_e0" in request.document else ("_entities",)
        data = {
            key: [{"is": each["id"], "by": context} for each in lists[name]]
            for key, name in zip(keys, sorted(lists), strict=True)
        }
        return self.change(FetchResult(data=json.loads(json.dumps(data))))

    async def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        yield FetchResult(data={"told": context})


@pytest.fixture
def subgraph() -> Subgraph:
    return Subgraph()


@pytest.fixture
def store() -> MemoryCache:
    return MemoryCache()


@pytest.fixture
def transport(subgraph: Subgraph, store: MemoryCache) -> CachingTransport:
    cache = EntityCache(
        store,
        CachePolicies(read_supergraph(SDL)),
        schema=SDL,
        sharing_with=lambda viewer: Sharing.EVERYONE if viewer else Sharing.STRANGERS,
    )
    return CachingTransport("one", subgraph, cache)


async def ask(
    transport: CachingTransport,
    document: str,
    ids: str,
    viewer: str = "",
    *,
    type_name: str = "Track",
    **more: Any,
) -> FetchResult:
    representations = [{"__typename": type_name, "id": each, **more} for each in ids]
    request = FetchRequest(subgraph="one", document=document, variables={"r": representations})
    return await transport.fetch(request, viewer)


def ids_of(result: FetchResult, key: str = "_entities") -> str:
    assert result.data is not None
    return "".join("-" if each is None else each["is"] for each in result.data[key])


async def test_only_those_that_are_new_are_asked_for_and_all_come_in_order(
    transport, subgraph
) -> None:
    first = await ask(transport, TITLE, "ac")
    second = await ask(transport, TITLE, "abcd")
    third = await ask(transport, TITLE, "dcba")

    assert [ids_of(each) for each in (first, second, third)] == ["ac", "abcd", "dcba"]
    assert subgraph.asked == [["a", "c"], ["b", "d"]]


async def test_nobody_is_given_an_object_that_somebody_else_may_change(transport) -> None:
    first = await ask(transport, TITLE, "a")
    assert first.data is not None
    first.data["_entities"][0]["is"] = "changed"

    assert ids_of(await ask(transport, TITLE, "a")) == "a"


async def test_a_known_viewer_is_given_only_what_is_the_same_for_all(transport, subgraph) -> None:
    await ask(transport, TITLE, "a")
    await ask(transport, LIKES, "a")

    title = await ask(transport, TITLE, "a", "ann")
    again = await ask(transport, TITLE, "a", "ann")
    likes = await ask(transport, LIKES, "a", "ann")

    assert [each.data["_entities"][0]["by"] for each in (title, again, likes)] == ["ann", "ann", ""]
    assert len(subgraph.asked) == 4


@pytest.mark.parametrize(
    ("document", "type_name"), [(LIKED, "Track"), (BARE, "Bare"), (TITLE, "Album")]
)
async def test_what_is_of_a_viewer_or_says_nothing_is_never_kept(
    document, type_name, transport, subgraph, store
) -> None:
    for viewer in ("", "", "ann"):
        await ask(transport, document, "a", viewer, type_name=type_name)

    assert len(subgraph.asked) == 3
    assert len(store) == 0


@pytest.mark.parametrize(
    ("document", "changes"),
    [
        (TITLE, {"variables": {"loud": True}}),
        (TITLE.replace("title", "x: title"), {}),
        (TITLE, {"representation": {"size": 5}}),
        (LIKES, {}),
    ],
)
async def test_another_selection_variable_or_requirement_is_another_entity(
    document, changes, transport, subgraph
) -> None:
    await ask(transport, TITLE, "a")
    representation = {"__typename": "Track", "id": "a", **changes.get("representation", {})}
    variables = {"r": [representation], **changes.get("variables", {})}
    await transport.fetch(FetchRequest(subgraph="one", document=document, variables=variables), "")

    assert len(subgraph.asked) == 2


async def test_several_lists_are_each_asked_for_what_is_new(transport, subgraph) -> None:
    async def both(tracks: str, albums: str) -> FetchResult:
        variables = {
            "r": [{"__typename": "Track", "id": each} for each in tracks],
            "s": [{"__typename": "Album", "id": each} for each in albums],
        }
        request = FetchRequest(subgraph="one", document=BOTH, variables=variables)
        return await transport.fetch(request, "")

    await both("ab", "x")
    second = await both("abc", "x")
    third = await both("a", "xy")

    assert subgraph.asked == [["a", "b", "x"], ["c"], ["y"]]
    assert (ids_of(second, "_e0"), ids_of(second, "_e1")) == ("abc", "x")
    assert (ids_of(third, "_e0"), ids_of(third, "_e1")) == ("a", "xy")


async def test_a_change_of_one_entity_leaves_the_others(transport, subgraph, store) -> None:
    await ask(transport, TITLE, "ab")
    await store.purge(["Track:a"])
    await ask(transport, TITLE, "ab")
    assert subgraph.asked == [["a", "b"], ["a"]]

    await store.purge_matching("Track:*")
    await ask(transport, TITLE, "ab")
    assert subgraph.asked[2] == ["a", "b"]


async def test_a_change_of_what_stands_below_makes_an_entity_old(
    transport, subgraph, store
) -> None:
    await ask(transport, OF_ALBUM, "a")
    await store.purge(["Album"])
    await ask(transport, OF_ALBUM, "a")

    assert subgraph.asked == [["a"], ["a"]]


async def test_nothing_is_kept_of_an_answer_with_errors_and_they_are_told_where_they_belong(
    transport, subgraph
) -> None:
    await ask(transport, TITLE, "ac")

    def fail(result: FetchResult) -> FetchResult:
        assert result.data is not None
        result.data["_entities"][1] = None
        error = {"message": "no", "path": ["_entities", 1, "title"]}
        return FetchResult(data=result.data, errors=[error, {"message": "all"}])

    subgraph.change = fail
    failed = await ask(transport, TITLE, "abcd")
    subgraph.change = lambda result: result
    await ask(transport, TITLE, "abcd")

    assert ids_of(failed) == "abc-"
    assert failed.errors == [
        {"message": "no", "path": ["_entities", 3, "title"]},
        {"message": "all"},
    ]
    assert subgraph.asked[1:] == [["b", "d"], ["b", "d"]]


@pytest.mark.parametrize("data", [None, {}, {"_entities": []}, {"_entities": 5}])
async def test_an_answer_of_another_form_is_told_as_it_is(data, transport, subgraph, store) -> None:
    await ask(transport, TITLE, "a")
    subgraph.change = lambda _: FetchResult(data=data, errors=[{"message": "broken"}])

    told = await ask(transport, TITLE, "ab")

    assert (told.data, told.errors) == (data, [{"message": "broken"}])
    assert len(store) == 1


@pytest.mark.parametrize(
    ("freshness", "asked", "told"),
    [
        (None, 1, 300),
        (Freshness(1_000, Sharing.EVERYONE), 1, 300),
        (Freshness(40, Sharing.STRANGERS), 1, 40),
        (Freshness(0, Sharing.EVERYONE), 2, 0),
        (NOT_KEPT, 2, 0),
    ],
)
async def test_a_subgraph_that_says_less_than_the_schema_is_obeyed(
    freshness, asked, told, transport, subgraph, monkeypatch
) -> None:
    monkeypatch.setattr("web.caching.entity_caching.time.time", lambda: 1_000_000.0)
    subgraph.change = lambda result: FetchResult(data=result.data, freshness=freshness)

    await ask(transport, TITLE, "a")
    second = await ask(transport, TITLE, "a")

    assert len(subgraph.asked) == asked
    assert second.freshness is not None
    assert second.freshness.max_age == told


async def test_what_is_kept_is_told_to_be_good_for_the_time_that_it_has_left(
    transport, monkeypatch
) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("web.caching.entity_caching.time.time", lambda: now[0])
    await ask(transport, TITLE, "a")
    now[0] += 100
    assert (await ask(transport, TITLE, "ab")).freshness == Freshness(200, Sharing.EVERYONE)
    now[0] += 200
    assert (await ask(transport, TITLE, "a")).freshness is None


@pytest.mark.parametrize("value", [b"", b"x", b"\xff" * 9, b"\x00" * 8 + b"{}", b"\xff" * 8 + b"5"])
async def test_what_cannot_be_read_is_asked_for(value, transport, subgraph, store) -> None:
    keep = store.keep

    async def poison(entries: Any) -> None:
        await keep([each._replace(value=value) for each in entries])

    store.keep = poison
    await ask(transport, TITLE, "a")

    assert ids_of(await ask(transport, TITLE, "a")) == "a"
    assert len(subgraph.asked) == 2


@pytest.mark.parametrize(
    "document",
    [
        "{ a { title } }",
        "query($r: [_Any!]!) { a { id } _entities(representations: $r) { ... on Track { id } } }",
        TITLES % " ... on Track { title } ... on Album { name } ",
        TITLES % " ... on Track @include(if: $loud) { title } ",
        "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }",
    ],
)
async def test_other_documents_are_sent_as_they_are(document, transport, subgraph) -> None:
    for _ in range(2):
        await ask(transport, document, "a")

    assert len(subgraph.requests) == 2
    assert subgraph.requests[0].document == document


async def test_mutations_and_subscriptions_are_never_kept(transport, subgraph) -> None:
    representation = {"__typename": "Track", "id": "a"}
    request = FetchRequest(
        subgraph="one",
        document=TITLE,
        operation_kind="mutation",
        variables={"r": [representation]},
    )
    for _ in range(2):
        await transport.fetch(request, "")
    events = [each.data async for each in transport.subscribe(request, "ann")]

    assert len(subgraph.asked) == 2
    assert events == [{"told": "ann"}]


def test_only_subgraphs_that_are_named_keep_entities_and_only_with_hints(subgraph, store) -> None:
    def kept(sdl: str) -> Mapping[str, Any]:
        transports = {"one": subgraph, "two": subgraph}
        given = {"sdl": sdl, "sharing_with": lambda _: Sharing.STRANGERS}
        return with_kept_entities(transports, ["two"], store, **given)

    made = kept(SDL)
    assert made["one"] is subgraph
    assert isinstance(made["two"], CachingTransport)
    assert not displays_answers(made["two"])
    assert kept(compose_two(one="type Query { a: Int }").sdl)["two"] is subgraph


async def test_what_a_subgraph_is_told_beside_the_request_is_part_of_the_key(
    subgraph, store
) -> None:
    made = with_kept_entities(
        {"one": subgraph},
        ["one"],
        store,
        sdl=SDL,
        sharing_with=lambda _: Sharing.STRANGERS,
        telling=lambda language: [["accept-language", language]],
    )
    transport = made["one"]
    assert isinstance(transport, CachingTransport)

    for language in ("en", "de", "en", "de"):
        told = await ask(transport, TITLE, "a", language)
        assert told.data is not None
        assert told.data["_entities"][0]["by"] == language

    assert len(subgraph.asked) == 2
