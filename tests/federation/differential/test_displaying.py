"""Answers built as the client sees them: whatever is unusual, they say what shaped ones say."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from federation import engine as engines
from federation.engine import Engine, GraphQLRequest
from federation.execute.displaying import Displays
from federation.execute.tree import Object
from federation.fetch.display import ABSENT, without_absent
from federation.supergraph.api_schema import build_api_schema
from tests.federation.differential.test_four_ways import compiled, engines_of, require_same
from tests.federation.federated import compose_sources
from tests.federation.records import Data, build_monolith

# graphql-core drops coroutines that it has not begun when another fails
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@external", "@requires", "@inaccessible"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { tracks: [Track] best: Track! mood: Mood any: Named }
    enum Mood { CALM LOUD SECRET @inaccessible }
    interface Named { title: String }
    type Track implements Named @key(fields: "id") {
      id: ID! title: String size: Int artist: Artist twin: Track
    }
    type Artist @key(fields: "id") { id: ID! }
    """,
    "texts": LINK
    + """
    type Track @key(fields: "id") {
      id: ID! size: Int @external likes: Int weight: Int @requires(fields: "size")
    }
    type Artist @key(fields: "id") { id: ID! name: String! tags: [String!] }
    """,
}
SUPERGRAPH = compose_sources(SOURCES)
TABLES: dict[str, Any] = {
    "Query": {
        "tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}, {"$ref": "Track/1"}],
        "best": {"$ref": "Track/2"},
        "mood": "CALM",
        "any": {"$ref": "Track/1"},
    },
    "Track": {
        "1": {
            "id": "1",
            "title": "One",
            "size": 3,
            "artist": {"$ref": "Artist/7"},
            "twin": {"$ref": "Track/2"},
            "likes": 5,
            "weight": 9,
        },
        "2": {
            "id": "2",
            "title": "Two",
            "size": 4,
            "artist": {"$ref": "Artist/8"},
            "twin": {"$ref": "Track/1"},
            "likes": 6,
            "weight": 8,
        },
    },
    "Artist": {
        "7": {"id": "7", "name": "The Larks", "tags": ["a", "b"]},
        "8": {"id": "8", "name": "The Owls", "tags": []},
    },
}
DISPLAYED = {
    "two subgraphs": "{ tracks { title likes artist { tags name } } best { likes title } }",
    "what is required is not shown": "{ tracks { weight } }",
    "what is asked for is shown where it was asked": "{ tracks { weight id size __typename } }",
    "one entity twice": "{ tracks { likes twin { likes title artist { name } } artist { name } } }",
    "under other names": "{ all: tracks { what: title many: likes who: artist { a: name } } }",
    "nothing of a second subgraph": "{ tracks { title } seen: best { size } }",
    "some of it": "query($a: Boolean!) { tracks { likes @include(if: $a) title @skip(if: $a) } }",
}
SHAPED = {
    "abstract types": "{ any { title } tracks { likes } }",
    "an enum of which clients see only a part": "{ mood tracks { likes } }",
    "introspection": "{ __schema { queryType { name } } tracks { likes } }",
    "a field called like a type name": "{ tracks { __typename: likes title } }",
}
ASKED = "{ tracks { title likes weight artist { name tags } twin { likes } } best { likes } }"
UNUSUAL: dict[str, dict[str, Any]] = {
    "an entity nobody knows": {"Track": {"1": {"artist": {"id": "9"}}}},
    "a null key": {"Artist": {"7": {"id": None}}},
    "a null where none may be": {"Artist": {"7": {"name": None}}},
    "a failing field of a second subgraph": {"Artist": {"7": {"name": {"$error": "lost"}}}},
    "a failing field of the first": {"Track": {"1": {"title": {"$error": "lost"}}}},
    "a failing field that is required": {"Track": {"1": {"size": {"$error": "lost"}}}},
    "a null that is required": {"Track": {"1": {"size": None}}},
    "a failing root field": {"Query": {"tracks": {"$error": "lost"}}},
    "a failing root field that may not be null": {"Query": {"best": {"$error": "lost"}}},
    "a null object": {"Track": {"1": {"artist": None}}},
    "nulls in a list": {"Query": {"tracks": [None, {"$ref": "Track/1"}, None]}},
    "an empty list": {"Query": {"tracks": []}},
    "no list": {"Query": {"tracks": None}},
    "a value that has to be coerced": {"Track": {"1": {"title": 7, "likes": True}}},
    "a value that is none of its type": {"Track": {"1": {"likes": "many"}}},
    "a member that clients may not see": {"Query": {"mood": "SECRET"}},
    "a null in a list of leaves": {"Artist": {"7": {"tags": ["a", None]}}},
}


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Object]:
    """The responses that were displayed to the end."""
    responses: list[Object] = []
    show = engines.show

    def noting(data: Object, displays: Displays) -> Object:
        responses.append(show(data, displays))
        return responses[-1]

    monkeypatch.setattr(engines, "show", noting)
    return responses


async def ask_all_ways(tables: Mapping[str, Any], operation: str) -> None:
    monolith = build_monolith(Data(tables, build_api_schema(SUPERGRAPH)))
    choices = ({"a": True}, {"a": False}) if "$a" in operation else ({},)
    for seed in range(3):
        async with engines_of(SOURCES, SUPERGRAPH, tables, Random(seed)) as all_ways:
            for variables in choices:
                await require_same(all_ways, monolith, operation, variables)


@pytest.mark.parametrize("operation", DISPLAYED.values(), ids=list(DISPLAYED))
async def test_what_is_plain_is_displayed(operation: str, displayed: list[Object]) -> None:
    await ask_all_ways(TABLES, operation)

    assert displayed
    assert "ABSENT" not in repr(displayed)


@pytest.mark.parametrize("operation", SHAPED.values(), ids=list(SHAPED))
async def test_what_is_told_otherwise_is_shaped(operation: str, displayed: list[Object]) -> None:
    async with engines_of(SOURCES, SUPERGRAPH, TABLES, Random(1)) as all_ways:
        for _ in range(3):
            answers = [
                await each.execute(GraphQLRequest(document=operation), None)
                for each in all_ways.values()
            ]
            assert all(answer.data == answers[0].data for answer in answers)
            await compiled(all_ways["displayed"])

    assert answers[0].data
    assert displayed == []


@pytest.mark.parametrize("case", UNUSUAL)
async def test_what_is_unusual_is_told_as_ever(case: str) -> None:
    tables = deepcopy(TABLES)
    for type_name, records in UNUSUAL[case].items():
        for key, changed in records.items():
            is_root = type_name == "Query"
            tables[type_name][key] = changed if is_root else {**tables[type_name][key], **changed}

    for operation in (ASKED, ASKED.replace("{ tracks", "{ mood tracks")):
        await require_like_shaped(tables, operation)


async def require_like_shaped(tables: Mapping[str, Any], operation: str) -> None:
    for seed in range(3):
        async with engines_of(SOURCES, SUPERGRAPH, tables, Random(seed)) as all_ways:
            for _ in range(3):
                told = [await told_by(all_ways[way], operation) for way in ("displayed", "shaped")]
                assert told[0] == told[1]
                await compiled(all_ways["displayed"])
                await compiled(all_ways["shaped"])


async def told_by(engine: Engine, operation: str) -> tuple[str, Counter[str]]:
    answer = await engine.execute(GraphQLRequest(document=operation), None)
    return repr(answer.data), Counter(map(repr, answer.errors))


async def test_who_is_wrong_more_often_than_not_is_shaped_from_then_on() -> None:
    tables = deepcopy(TABLES)
    tables["Artist"]["7"]["name"] = {"$error": "lost"}
    request = GraphQLRequest(document=ASKED)
    async with engines_of(SOURCES, SUPERGRAPH, tables, Random(1)) as all_ways:
        engine = all_ways["displayed"]
        await engine.execute(request, None)
        await compiled(engine)
        plan = (await engine._operations.prepare(request)).compiled
        assert plan.displays({}) is not None

        for _ in range(50):
            await engine.execute(request, None)

        assert plan.displays({}) is None


def test_what_is_absent_is_taken_out_wherever_it_stands() -> None:
    shared = {"a": ABSENT, "b": [{"c": ABSENT, "d": None}]}
    tree = {"one": shared, "two": [[shared]], "three": ABSENT}

    without_absent(tree, set())

    kept = {"b": [{"d": None}]}
    assert tree == {"one": kept, "two": [[kept]]}
