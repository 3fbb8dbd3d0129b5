"""The engine's front: requests, plans that are kept, introspection, subscriptions, bounds."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from federation.engine import Engine, GraphQLRequest
from federation.errors import RequestError
from federation.fetch.fetch import FetchRequest, FetchResult
from tests.federation.federated import build_engine
from tests.patience import IS_PROOF, PATIENT, bound, until

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable", "@inaccessible"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { tracks(first: Int): [Track!] track: Track state: State }
    type Subscription { played: Track }
    type Track @key(fields: "id") { id: ID! title: String secret: Int @inaccessible next: Track }
    enum State { READY SECRET @inaccessible }
    """,
    "social": LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }',
}
TABLES = {
    "Query": {
        "tracks": [{"$ref": "Track/1"}],
        "track": {"$ref": "Track/1"},
        "state": "SECRET",
    },
    "Subscription": {"played": [{"$ref": "Track/1"}, None, {"$ref": "Track/2"}]},
    "Track": {
        "1": {"id": "1", "title": "One", "likes": 5, "next": {"$ref": "Track/2"}},
        "2": {"id": "2", "title": "Two", "likes": 6, "next": None},
    },
}


def an_engine(**limits: Any) -> Engine:
    return build_engine(SOURCES, TABLES, limits=replace(PATIENT, **limits))


async def ask(engine: Engine, document: str, **more: Any) -> Any:
    return await engine.execute(GraphQLRequest(document=document, **more), None)


@pytest.mark.parametrize(
    ("_case", "document", "more", "code"),
    [
        ("no GraphQL", "{ tracks", {}, "GRAPHQL_PARSE_FAILED"),
        ("an empty selection", "{ tracks { } }", {}, "GRAPHQL_PARSE_FAILED"),
        ("no operation", "fragment F on Query { state }", {}, "OPERATION_MISSING"),
        ("an unknown field", "{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("a hidden field", "{ track { secret } }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("two without a name", "query A { state } query B { state }", {}, "OPERATION_NAME_MISSING"),
        ("an unknown name", "query A { state }", {"operation_name": "B"}, "OPERATION_UNKNOWN"),
        (
            "a variable of the wrong type",
            "query Q($n: Int) { tracks(first: $n) { id } }",
            {"variables": {"n": "x"}},
            "BAD_USER_INPUT",
        ),
        (
            "a variable that is missing",
            "query Q($n: Int!) { tracks(first: $n) { id } }",
            {},
            "BAD_USER_INPUT",
        ),
        ("a subscription", "subscription { played { id } }", {}, "SUBSCRIPTION_NOT_SUPPORTED"),
    ],
)
async def test_a_bad_request_is_refused_before_anything_runs(
    _case: str, document: str, more: dict[str, Any], code: str
) -> None:
    response = await ask(an_engine(), document, **more)

    assert not response.has_data
    assert response.data is None
    assert [error["extensions"]["code"] for error in response.errors] == [code]


async def test_validation_errors_are_bounded_and_say_where() -> None:
    document = "{ " + " ".join(f"no{index}" for index in range(50)) + " }"

    response = await ask(an_engine(validation_errors_max=5), document)

    assert len(response.errors) == 6
    assert response.errors[0]["locations"] == [{"line": 1, "column": 3}]


async def test_introspection_shows_the_api_schema_only() -> None:
    document = """
    query I($with: Boolean = true) {
      __schema { queryType { name } directives { name } types @skip(if: $with) { name } }
      track: __type(name: "Track") { fields { ...Name } }
      __type(name: "join__Graph") { name }
      tracks { id }
    }
    fragment Name on __Field { name }
    """

    response = await ask(an_engine(), document)

    assert response.errors == []
    directives = ["include", "skip", "defer", "stream", "deprecated", "specifiedBy", "oneOf"]
    shown = [each["name"] for each in response.data["__schema"].pop("directives")]
    assert {"defer"} <= set(shown) <= set(directives)
    assert response.data == {
        "__schema": {"queryType": {"name": "Query"}},
        "track": {
            "fields": [{"name": "id"}, {"name": "title"}, {"name": "next"}, {"name": "likes"}]
        },
        "__type": None,
        "tracks": [{"id": "1"}],
    }


async def test_a_value_that_clients_may_not_see_becomes_null_with_an_error() -> None:
    response = await ask(an_engine(), "{ state track { id } }")

    assert response.data == {"state": None, "track": {"id": "1"}}
    assert [error["path"] for error in response.errors] == [["state"]]


async def test_explain_lists_the_fetches_that_ran() -> None:
    response = await ask(an_engine(), "query Q { tracks { likes } }", explain=True)

    fetches = response.extensions["explain"]["fetches"]
    assert all(fetch.pop("milliseconds") >= 0 for fetch in fetches)
    assert fetches == [
        {
            "id": 0,
            "after": [],
            "subgraph": "media",
            "path": "",
            "depth": 1,
            "operation": "query Q__0 {\n  tracks {\n    id\n  }\n}",
            "representations": 0,
        },
        {
            "id": 1,
            "after": [0],
            "subgraph": "social",
            "path": "tracks.@",
            "depth": 2,
            "operation": (
                "query Q__1($representations: [_Any!]!) {\n"
                "  _entities(representations: $representations) {\n"
                "    ... on Track {\n      likes\n    }\n  }\n}"
            ),
            "representations": 1,
        },
    ]


async def test_a_plan_is_made_once_for_each_document_and_operation_name() -> None:
    engine = an_engine()
    document = "query A { state } query B { track { id } }"

    for name in ("A", "B", "A", "B"):
        await ask(engine, document, operation_name=name)

    counters = engine.plan_cache
    assert (counters.entries, counters.hits, counters.misses) == (2, 2, 2)


async def test_a_flood_of_documents_leaves_no_more_than_the_cache_holds() -> None:
    engine = an_engine(plan_cache_entries_max=10)

    for index in range(50):
        await ask(engine, f"{{ a{index}: state }}")

    assert engine.plan_cache.entries == 10


async def test_one_document_is_planned_once_however_many_wait_for_it() -> None:
    engine = an_engine()
    document = "{ " + " ".join(f"a{index}: track {{ id likes }}" for index in range(50)) + " }"

    leader = asyncio.create_task(ask(engine, document))
    followers = [asyncio.create_task(ask(engine, document)) for _ in range(5)]
    await asyncio.sleep(0)
    leader.cancel()
    answers = await asyncio.gather(*followers)

    assert [len(answer.data) for answer in answers] == [50] * 5
    assert engine.plan_cache.entries == 1


async def test_too_many_new_documents_at_once_are_refused() -> None:
    engine = an_engine(plans_pending_max=1)
    documents = [f"{{ a{index}: state {' ' * 400} }}" for index in range(3)]

    answers = await asyncio.gather(*(ask(engine, document) for document in documents))

    codes = [error["extensions"]["code"] for answer in answers for error in answer.errors]
    assert codes.count("OVERLOADED") == 2


async def test_operation_kind_tells_or_refuses() -> None:
    engine = an_engine()

    assert await engine.operation_kind(GraphQLRequest(document="{ state }")) == "query"
    long = f"subscription {{ played {{ id }} }} #{' ' * 2_000}"
    assert await engine.operation_kind(GraphQLRequest(document=long)) == "subscription"
    with pytest.raises(RequestError) as refusal:
        await engine.operation_kind(GraphQLRequest(document="{"))
    assert refusal.value.code == "GRAPHQL_PARSE_FAILED"


async def test_each_event_of_a_subscription_is_federated() -> None:
    request = GraphQLRequest(document="subscription { played { title likes next { likes } } }")

    responses = [response async for response in an_engine().subscribe(request, None)]

    assert [response.data for response in responses] == [
        {"played": {"title": "One", "likes": 5, "next": {"likes": 6}}},
        {"played": None},
        {"played": {"title": "Two", "likes": 6, "next": None}},
    ]
    assert all(response.errors == [] for response in responses)


@pytest.mark.parametrize("document", ["subscription { nothing }", "{ state }"])
async def test_a_subscription_that_cannot_begin_tells_so_once(document: str) -> None:
    request = GraphQLRequest(document=document)

    responses = [response async for response in an_engine().subscribe(request, None)]

    assert [response.has_data for response in responses] == [False]
    assert len(responses[0].errors) == 1


class Events:
    """A subgraph whose events are given; it tells when it is closed."""

    def __init__(self, *events: Any) -> None:
        self._events = events
        self.is_closed = False

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        raise AssertionError

    async def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        try:
            for event in self._events:
                if isinstance(event, Exception):
                    raise event
                yield event
            await asyncio.sleep(60)
        finally:
            self.is_closed = True


async def test_the_source_is_closed_when_the_reader_leaves() -> None:
    events = Events(FetchResult(data={"played": {"id": "1"}}))
    engine = build_engine(SOURCES, TABLES, transports={"media": events})
    request = GraphQLRequest(document="subscription { played { id likes } }")

    seen: list[Any] = []

    async def read() -> None:
        async for response in engine.subscribe(request, None):
            seen.append(response.data)  # noqa: PERF401 - what was seen counts when it is cut off

    task = asyncio.create_task(read())
    await until(lambda: seen)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0)

    assert seen == [{"played": {"id": "1", "likes": 5}}]
    assert events.is_closed


async def test_a_source_that_breaks_ends_the_stream_with_an_error() -> None:
    events = Events(FetchResult(data={"played": {"id": "1"}}), OSError("gone"))
    engine = build_engine(SOURCES, TABLES, transports={"media": events})
    request = GraphQLRequest(document="subscription { played { id } }")

    responses = [response async for response in engine.subscribe(request, None)]

    assert [response.data for response in responses] == [{"played": {"id": "1"}}, {"played": None}]
    assert responses[1].errors == [
        {
            "message": "Subgraph media failed.",
            "path": ["played"],
            "extensions": {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "media"},
        }
    ]


def doubling(levels: int) -> str:
    """A small document whose expansion doubles with each fragment."""
    spreads = [
        f"fragment F{level} on Track {{ a: next {{ ...{below} }} b: next {{ ...{below} }} }}"
        for level, below in ((level, f"F{level + 1}") for level in range(levels))
    ]
    return "\n".join(
        ["{ track { ...F0 } }", *spreads, f"fragment F{levels} on Track {{ id likes }}"]
    )


@pytest.mark.parametrize(
    ("_case", "document", "codes"),
    [
        ("doubling fragments", doubling(30), {"OPERATION_TOO_COMPLEX"}),
        ("20,000 nested braces", "{ a " * 20_000, {"DOCUMENT_TOO_LARGE"}),
        ("20,000 nested lists", "{ a(b: " + "[" * 20_000, {"DOCUMENT_TOO_LARGE"}),
        ("50,000 tokens", "{ " + "state " * 50_000 + "}", {"DOCUMENT_TOO_LARGE"}),
        (
            "deep nesting",
            "{ track { " + "next { " * 80 + "id" + " }" * 82,
            {"OPERATION_TOO_DEEP"},
        ),
        (
            "fragments that go in circles",
            "{ track { ...A } } fragment A on Track { next { ...B } }"
            " fragment B on Track { next { ...A } }",
            {"GRAPHQL_VALIDATION_FAILED"},
        ),
        (
            "one field again and again",
            "{ " + "track { id } " * 1_500 + "}",
            {"TOO_MANY_ROOT_FIELDS"},
        ),
        (
            "and in fragments",
            "{ track { " + "... on Track { next { id } } " * 1_000 + "} }",
            {"OPERATION_TOO_COMPLEX"},
        ),
        (
            "a flood of directives",
            "{ state " + "@skip(if: false) " * 2_000 + "}",
            {"TOO_MANY_DIRECTIVES"},
        ),
    ],
)
async def test_an_attack_is_refused_soon(_case: str, document: str, codes: set[str]) -> None:
    engine = an_engine()
    started = time.process_time()

    response = await ask(engine, document)

    assert {error["extensions"]["code"] for error in response.errors} == codes
    assert time.process_time() - started < bound(3)


async def test_planning_a_large_document_lets_others_run() -> None:
    engine = an_engine(operation_aliases_max=300, operation_root_fields_max=300)
    parts = (f"a{index}: track {{ id title likes next {{ likes }} }}" for index in range(300))
    document = "{ " + " ".join(parts) + " }"
    gaps: list[float] = []

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0)
            gaps.append(time.perf_counter() - before)

    watcher = asyncio.create_task(watch())
    await engine._operations.prepare(GraphQLRequest(document=document))
    watcher.cancel()

    assert len(gaps) > 10
    assert not IS_PROOF or sorted(gaps)[int(len(gaps) * 0.99)] < 0.05


@pytest.mark.parametrize("phase", ["operation", "graph", "paths", "tree", "fetches", "plan"])
def test_every_phase_can_be_printed(phase: str) -> None:
    text = an_engine().explain("{ track { title likes } }", phase)

    expected = {
        "operation": "query {\n  track {\n    title\n    likes\n  }\n}",
        "fetches": "0: media at $ Query\n1: social at track Track by {id} after [0]",
        "tree": (
            "Query/media\n  .track\n    .title\n    .id\n    => Track/social {id}\n      .likes"
        ),
    }
    assert text == expected.get(phase, text)
    assert "media" in text or phase == "operation"


def test_an_unknown_phase_is_refused() -> None:
    with pytest.raises(RequestError) as refusal:
        an_engine().explain("{ state }", "dream")

    assert refusal.value.code == "PHASE_UNKNOWN"
