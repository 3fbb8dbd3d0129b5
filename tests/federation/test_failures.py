"""What a broken subgraph costs: its own fields, one error for each path, within the deadline."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from federation.engine import Engine, GraphQLRequest
from federation.fetch.fetch import FetchRequest, FetchResult
from tests.federation.federated import build_engine
from tests.patience import PATIENT, until

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { tracks: [Track!] track: Track strict: Track! }
    type Track @key(fields: "id") { id: ID! title: String }
    """,
    "social": LINK
    + """
    type Query { hot: String }
    type Track @key(fields: "id") { id: ID! likes: Int fans: [User!] sure: Int! }
    type User { name: String }
    """,
}
TABLES = {
    "Query": {
        "tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}, {"$ref": "Track/1"}],
        "track": {"$ref": "Track/1"},
        "strict": {"$ref": "Track/1"},
        "hot": "h",
    },
    "Track": {
        "1": {"id": "1", "title": "One", "likes": 5, "sure": 1},
        "2": {"id": "2", "title": "Two", "likes": {"$error": "no likes"}, "sure": None},
    },
}
HANGING = 60
"""Seconds that a subgraph does not answer; far more than a busy machine takes for a test."""
Answer = Callable[[FetchRequest], Any]


class Scripted:
    """A subgraph that answers as it is told and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked: list[FetchRequest] = []

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        self.asked.append(request)
        result = self._answer(request)
        return await result if asyncio.iscoroutine(result) else result

    async def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        raise AssertionError
        yield


def _raise(fault: Exception) -> Answer:
    def answer(_: FetchRequest) -> FetchResult:
        raise fault

    return answer


async def run(operation: str, social: Answer, **limits: float) -> Any:
    engine = build_engine(
        SOURCES,
        TABLES,
        transports={"social": Scripted(social)},
        limits=replace(PATIENT, **limits),
    )
    return await engine.execute(GraphQLRequest(document=operation), None)


async def test_a_subgraph_that_raises_nulls_its_own_fields_only() -> None:
    response = await run("{ tracks { title likes } hot }", _raise(OSError("gone")))

    assert response.data == {
        "tracks": [
            {"title": "One", "likes": None},
            {"title": "Two", "likes": None},
            {"title": "One", "likes": None},
        ],
        "hot": None,
    }
    told = {"code": "SUBGRAPH_UNAVAILABLE", "subgraph": "social"}
    message = "Subgraph social failed."
    expected = [["hot"], *(["tracks", index, "likes"] for index in (0, 2, 1))]
    assert sorted(response.errors, key=str) == sorted(
        ({"message": message, "path": path, "extensions": told} for path in expected), key=str
    )


@pytest.mark.parametrize(
    ("_case", "answer"),
    [
        ("a text", "<html>"),
        ("nothing", None),
        ("a list", [1]),
    ],
)
async def test_an_answer_that_is_no_response_is_told_as_such(_case: str, answer: Any) -> None:
    response = await run("{ track { title likes } }", lambda _: FetchResult(data=answer))

    assert response.data == {"track": {"title": "One", "likes": None}}
    assert [(error["path"], error["extensions"]) for error in response.errors] == [
        (["track", "likes"], {"code": "SUBGRAPH_INVALID_RESPONSE", "subgraph": "social"})
    ]


@pytest.mark.parametrize("entities", [None, {}, [], [{"likes": 1}, {"likes": 2}]])
async def test_too_few_or_too_many_entities_are_refused(entities: Any) -> None:
    response = await run("{ track { likes } }", lambda _: FetchResult(data={"_entities": entities}))

    assert response.data == {"track": {"likes": None}}
    assert [error["path"] for error in response.errors] == [["track", "likes"]]


async def test_a_subgraph_that_never_answers_costs_the_deadline_and_no_more() -> None:
    started = time.perf_counter()

    response = await run(
        "{ track { title likes } }", lambda _: asyncio.sleep(HANGING), fetch_seconds_max=0.5
    )

    assert 0.5 <= time.perf_counter() - started < HANGING / 3
    assert response.data == {"track": {"title": "One", "likes": None}}
    assert [(error["path"], error["extensions"]["code"]) for error in response.errors] == [
        (["track", "likes"], "SUBGRAPH_TIMEOUT")
    ]


async def test_the_deadline_of_the_operation_bounds_every_fetch() -> None:
    started = time.perf_counter()

    response = await run(
        "{ hot track { likes } }",
        lambda _: asyncio.sleep(HANGING),
        operation_seconds_max=0.5,
    )

    assert time.perf_counter() - started < HANGING / 3
    assert response.data == {"hot": None, "track": {"likes": None}}
    codes = {error["extensions"]["code"] for error in response.errors}
    assert codes == {"SUBGRAPH_TIMEOUT"}


async def test_an_error_of_one_entity_is_told_at_each_of_its_places() -> None:
    engine = build_engine(SOURCES, TABLES)

    response = await engine.execute(
        GraphQLRequest(document="{ again: tracks { likes } tracks { likes } }"), None
    )

    assert response.data == {
        name: [{"likes": 5}, {"likes": None}, {"likes": 5}] for name in ("again", "tracks")
    }
    assert [error["path"] for error in response.errors] == [
        ["again", 1, "likes"],
        ["tracks", 1, "likes"],
    ]
    assert {error["message"] for error in response.errors} == {"no likes"}


async def test_a_null_that_may_not_be_moves_up_without_a_second_error() -> None:
    response = await run("{ tracks { sure } track { title } }", _raise(OSError()))

    assert response.data == {"tracks": None, "track": {"title": "One"}}
    assert [error["path"] for error in response.errors] == [
        ["tracks", 0, "sure"],
        ["tracks", 2, "sure"],
        ["tracks", 1, "sure"],
    ]


async def test_a_null_that_may_not_be_and_has_no_error_gets_one() -> None:
    response = await run(
        "{ track { title sure } }", lambda _: FetchResult(data={"_entities": [None]})
    )

    assert response.data == {"track": None}
    assert response.errors == [
        {
            "message": "Cannot return null for non-nullable field Track.sure.",
            "path": ["track", "sure"],
            "extensions": {"code": "INVALID_SUBGRAPH_DATA"},
        }
    ]


async def test_a_null_at_the_very_top_nulls_the_data() -> None:
    response = await run("{ strict { sure } }", _raise(OSError()))

    assert response.data is None
    assert response.has_data
    assert [error["path"] for error in response.errors] == [["strict", "sure"]]


async def test_many_places_of_one_failure_are_capped_with_a_count() -> None:
    tables = {**TABLES, "Query": {"tracks": [{"$ref": "Track/1"}] * 150}}
    engine = build_engine(SOURCES, tables, transports={"social": Scripted(_raise(OSError()))})

    response = await engine.execute(GraphQLRequest(document="{ tracks { likes } }"), None)

    assert len(response.errors) == 101
    assert response.errors[-1] == {
        "message": "50 more errors of subgraph social are not listed.",
        "extensions": {"code": "ERRORS_OMITTED", "subgraph": "social", "count": 50},
    }


async def test_one_entity_at_many_places_is_asked_for_once() -> None:
    social = Scripted(
        lambda request: FetchResult(
            data={"_entities": [{"likes": 1} for _ in request.variables["representations"]]}
        )
    )
    engine = build_engine(SOURCES, TABLES, transports={"social": social})

    response = await engine.execute(
        GraphQLRequest(document="{ tracks { likes } track { likes } }"), None
    )

    assert [request.variables for request in social.asked] == [
        {
            "representations": [
                {"__typename": "Track", "id": "1"},
                {"__typename": "Track", "id": "2"},
            ]
        }
    ]
    assert response.data == {"tracks": [{"likes": 1}] * 3, "track": {"likes": 1}}


async def test_a_subgraph_error_keeps_its_message_and_extensions() -> None:
    error = {
        "message": "not yours",
        "path": ["_entities", 0, "fans", 3, "name"],
        "extensions": {"code": "FORBIDDEN"},
    }
    data = {"_entities": [{"fans": [{"name": "a"}]}]}

    response = await run(
        "{ track { fans { name } } }", lambda _: FetchResult(data=data, errors=[error])
    )

    assert response.errors == [
        {
            "message": "not yours",
            "path": ["track", "fans", 3, "name"],
            "extensions": {"code": "FORBIDDEN", "subgraph": "social"},
        }
    ]


async def test_values_of_the_wrong_kind_become_null_with_an_error() -> None:
    data = {"_entities": [{"fans": "nobody"}]}

    response = await run("{ track { fans { name } } }", lambda _: FetchResult(data=data))

    assert response.data == {"track": {"fans": None}}
    assert [(error["message"], error["path"]) for error in response.errors] == [
        ("Expected a list.", ["track", "fans"])
    ]


async def test_a_request_that_is_cancelled_leaves_no_fetch_behind() -> None:
    ended: list[str] = []

    async def hang() -> FetchResult:
        try:
            await asyncio.sleep(HANGING)
        finally:
            await asyncio.sleep(0)
            ended.append("social")
        raise AssertionError

    social = Scripted(lambda _: hang())
    engine = build_engine(SOURCES, TABLES, transports={"social": social})
    before = asyncio.all_tasks()
    request = GraphQLRequest(document="{ hot track { likes title } }")
    task = asyncio.create_task(engine.execute(request, None))
    await until(lambda: social.asked)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert ended
    assert asyncio.all_tasks() == before


async def test_a_mutation_ends_with_its_entities_before_the_next_begins() -> None:
    order: list[str] = []
    sources = {
        "media": LINK
        + """
        type Query { track: Track }
        type Mutation { one: Track two: Track }
        type Track @key(fields: "id") { id: ID! }
        """,
        "social": LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }',
    }

    async def media(request: FetchRequest) -> FetchResult:
        name = "one" if "one" in request.document else "two"
        order.append(name)
        return FetchResult(data={name: {"id": name}})

    async def social(request: FetchRequest) -> FetchResult:
        name = request.variables["representations"][0]["id"]
        order.append(f"likes of {name} begin")
        await asyncio.sleep(0.01)
        order.append(f"likes of {name} end")
        return FetchResult(data={"_entities": [{"likes": 1}]})

    engine = build_engine(
        sources, {}, transports={"media": Scripted(media), "social": Scripted(social)}
    )

    await engine.execute(GraphQLRequest(document="mutation { one { likes } two { likes } }"), None)

    assert order == [
        "one",
        "likes of one begin",
        "likes of one end",
        "two",
        "likes of two begin",
        "likes of two end",
    ]


async def test_places_of_a_request_that_all_failed_are_told_of_whatever_the_error_names() -> None:
    sources = {
        "media": LINK
        + """
        type Query { track: Track artist: Artist }
        type Track @key(fields: "id") { id: ID! }
        type Artist @key(fields: "id") { id: ID! }
        """,
        "social": LINK
        + """
        type Track @key(fields: "id") { id: ID! likes: Int }
        type Artist @key(fields: "id") { id: ID! fans: Int }
        """,
    }
    tables = {
        "Query": {"track": {"$ref": "Track/1"}, "artist": {"$ref": "Artist/1"}},
        "Track": {"1": {"id": "1"}},
        "Artist": {"1": {"id": "1"}},
    }
    errors = [{"message": "no tracks", "path": ["_e0"]}]
    social = Scripted(lambda _: FetchResult(data=None, errors=errors))
    engine = build_engine(sources, tables, transports={"social": social})

    response = await engine.execute(
        GraphQLRequest(document="{ track { likes } artist { fans } }"), None
    )

    assert response.data == {"track": {"likes": None}, "artist": {"fans": None}}
    assert [(error["path"], error["message"]) for error in response.errors] == [
        (["track", "likes"], "no tracks"),
        (["artist", "fans"], "Subgraph social did not answer for each entity."),
    ]


async def test_nothing_is_sent_once_the_deadline_of_the_operation_is_over() -> None:
    social = Scripted(lambda _: FetchResult(data={"_entities": []}))
    slow = Scripted(lambda _: asyncio.sleep(HANGING))
    engine = build_engine(
        SOURCES,
        TABLES,
        transports={"media": slow, "social": social},
        limits=replace(PATIENT, operation_seconds_max=0.3),
    )

    response = await engine.execute(GraphQLRequest(document="{ track { likes } }"), None)

    assert response.data == {"track": None}
    assert [error["path"] for error in response.errors] == [["track"]]
    assert social.asked == []


async def test_a_subgraph_without_a_transport_is_told_as_unavailable() -> None:
    engine = build_engine(SOURCES, TABLES)
    del engine._transports["social"]

    response = await engine.execute(GraphQLRequest(document="{ hot }"), None)

    assert response.data == {"hot": None}
    assert [error["extensions"]["code"] for error in response.errors] == ["SUBGRAPH_UNAVAILABLE"]


async def test_too_many_entities_are_not_asked_for() -> None:
    engine = build_engine(SOURCES, TABLES, limits=replace(PATIENT, representations_max=1))

    response = await engine.execute(GraphQLRequest(document="{ tracks { title likes } }"), None)

    assert response.data["tracks"][0] == {"title": "One", "likes": None}
    assert {error["extensions"]["code"] for error in response.errors} == {"TOO_MANY_ENTITIES"}


async def test_a_refusal_without_a_path_is_told_at_each_field() -> None:
    errors = [{"message": "who are you", "extensions": {"code": "UNAUTHENTICATED"}}]

    response = await run(
        "{ track { likes sure: likes title } }", lambda _: FetchResult(data=None, errors=errors)
    )

    assert response.data == {"track": {"likes": None, "sure": None, "title": "One"}}
    told = {"code": "UNAUTHENTICATED", "subgraph": "social"}
    assert response.errors == [
        {"message": "who are you", "path": ["track", key], "extensions": told}
        for key in ("likes", "sure")
    ]


@pytest.mark.parametrize("operation", ["{ hot }", "{ track { likes } }"])
async def test_an_error_beside_data_may_have_no_path(operation: str) -> None:
    errors = [{"message": "by the way"}, "no error at all"]
    data = {"hot": "h", "_entities": [{"likes": 1}]}

    response = await run(operation, lambda _: FetchResult(data=dict(data), errors=errors))

    assert response.errors == [{"message": "by the way", "extensions": {"subgraph": "social"}}]
    assert response.data in ({"hot": "h"}, {"track": {"likes": 1}})


@pytest.mark.parametrize("errors", [{"message": "x"}, "x", 5, None])
async def test_errors_that_are_no_list_are_ignored(errors: Any) -> None:
    response = await run("{ hot }", lambda _: FetchResult(data={"hot": "h"}, errors=errors))

    assert (response.data, response.errors) == ({"hot": "h"}, [])


async def test_a_reference_that_cannot_be_resolved_is_told_at_its_fields() -> None:
    errors = [
        {"message": "no such track", "path": ["_entities", 1]},
        {"message": "no such place", "path": ["_entities", 7]},
    ]
    data = {"_entities": [{"likes": 1}, None]}

    response = await run("{ tracks { likes } }", lambda _: FetchResult(data=data, errors=errors))

    assert response.data == {"tracks": [{"likes": 1}, {"likes": None}, {"likes": 1}]}
    assert [(error["message"], error["path"]) for error in response.errors] == [
        ("no such track", ["tracks", 1, "likes"])
    ]


async def test_an_error_under_an_internal_alias_is_told_under_the_clients_key() -> None:
    sources = {
        "media": LINK
        + """
        type Query { track: Track }
        type Track @key(fields: "id") { id: ID! }
        """,
        "social": LINK
        + """
        type Track @key(fields: "id") { id: ID! hits: [Hit] }
        type Artist { rank: Int @shareable }
        type Fan { rank: Int! @shareable }
        union Hit = Artist | Fan
        """,
        "users": LINK + "type Query { x: Int } type Fan { rank: Int @shareable }",
    }
    entity = {
        "hits": [
            {"__typename": "Artist", "rank": 1},
            {"__typename": "Fan", "_alias_1_rank": 2},
        ]
    }
    error = {"message": "no rank", "path": ["_entities", 0, "hits", 0, "_alias_1_rank"]}
    social = Scripted(lambda _: FetchResult(data={"_entities": [entity]}, errors=[error]))
    tables = {"Query": {"track": {"$ref": "Track/1"}}, "Track": {"1": {"id": "1"}}}
    engine = build_engine(sources, tables, transports={"social": social})
    operation = "{ track { hits { ... on Artist { rank } ... on Fan { rank } } } }"

    response = await engine.execute(GraphQLRequest(document=operation), None)

    assert "_alias_1_rank: rank" in social.asked[0].document
    assert response.data == {"track": {"hits": [{"rank": 1}, {"rank": 2}]}}
    assert [error["path"] for error in response.errors] == [["track", "hits", 0, "rank"]]


async def test_a_field_that_nobody_can_resolve_here_is_refused() -> None:
    sdl = """
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
    type Query @join__type(graph: A) { track: Track }
    type Track @join__type(graph: A, key: "id") @join__type(graph: B, key: "isrc") {
      id: ID! @join__field(graph: A)
      isrc: ID! @join__field(graph: B)
      likes: Int @join__field(graph: B)
    }
    """
    response = await Engine(sdl, {}, PATIENT).execute(
        GraphQLRequest(document="{ track { likes } }"), None
    )

    assert not response.has_data
    assert response.errors == [
        {
            "message": "No subgraph can resolve Track.likes here.",
            "extensions": {"code": "FIELD_UNREACHABLE"},
        }
    ]


@pytest.mark.parametrize(
    ("_case", "limits"),
    [
        ("too many paths", {"paths_max": 10}),
        ("too much time", {"planning_seconds_max": 0.0}),
    ],
)
async def test_a_plan_beyond_its_bounds_is_refused(_case: str, limits: dict[str, Any]) -> None:
    fields = " ".join(f"a{index}: track {{ likes }}" for index in range(100))

    many = {"operation_root_fields_max": 100}
    response = await run(f"{{ {fields} }}", lambda _: FetchResult(), **many, **limits)

    assert not response.has_data
    assert [error["extensions"]["code"] for error in response.errors] == ["PLAN_TOO_COMPLEX"]


async def test_a_fetch_whose_condition_fails_is_not_sent() -> None:
    social = Scripted(lambda _: FetchResult(data={"_entities": [{"likes": 1}]}))
    engine = build_engine(SOURCES, TABLES, transports={"social": social})
    document = "query Q($with: Boolean!) { track { title likes @include(if: $with) } }"

    async def ask(with_likes: bool) -> Any:
        request = GraphQLRequest(document=document, variables={"with": with_likes})
        return (await engine.execute(request, None)).data

    assert await ask(False) == {"track": {"title": "One"}}
    assert social.asked == []
    assert await ask(True) == {"track": {"title": "One", "likes": 1}}
    assert len(social.asked) == 1


TORN = """
enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
type Query @join__type(graph: A) @join__type(graph: B) { node: Node }
interface Node @join__type(graph: A) @join__type(graph: B) { id: ID! }
type Account implements Node
  @join__implements(graph: A, interface: "Node")
  @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
}
type Chat implements Node
  @join__implements(graph: A, interface: "Node")
  @join__implements(graph: B, interface: "Node")
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id") {
  id: ID! @join__field(graph: A, external: true) @join__field(graph: B)
}
"""


async def test_a_place_that_no_subgraph_answers_as_a_whole_is_refused() -> None:
    request = GraphQLRequest(document="{ node { id } }")

    response = await Engine(TORN, {}, PATIENT).execute(request, None)

    assert not response.has_data
    assert response.errors == [
        {
            "message": "No subgraph can resolve Node here as a whole.",
            "extensions": {"code": "FIELD_UNREACHABLE"},
        }
    ]


@pytest.mark.parametrize(("object_type", "subgraph"), [("Account", "a"), ("Chat", "b")])
def test_a_place_is_answered_by_the_subgraph_that_can(object_type: str, subgraph: str) -> None:
    plan = Engine(TORN, {}, PATIENT).explain(f"{{ node {{ ... on {object_type} {{ id }} }} }}")

    assert f"Fetch 0: {subgraph} {{" in plan
    assert plan.count("Fetch") == 1
