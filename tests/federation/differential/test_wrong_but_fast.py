"""What is easily lost when execution gets fast: order, isolation, ends, bounds."""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.differential.cases import world_of, write_cases
from tests.federation.differential.compare import tell
from tests.federation.differential.test_four_ways import EAGER, compiled, engines_of, require_same
from tests.federation.federated import build_engine, compose_sources
from tests.federation.records import Data, Record, build_monolith, build_subgraph

# graphql-core drops coroutines that it has not begun when another fails
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@external", "@requires"])\n'
)
SOURCES = {
    "media": LINK
    + """
    type Query { tracks: [Track] first: Track best: Track }
    type Mutation { play(id: ID): Track stop: Track }
    type Track @key(fields: "id") { id: ID! title: String length: Int size: Int }
    """,
    "social": LINK
    + """
    type Track @key(fields: "id") {
      id: ID!
      length: Int @external
      size: Int @external
      likes(of: String): Int
      weight: Int @requires(fields: "length")
      volume: Int @requires(fields: "size")
    }
    """,
}
TRACKS = {
    str(number): {
        "id": str(number),
        "title": f"track {number}",
        "length": number,
        "size": number * 10,
        "likes": {"$arg": "of", "anna": number, "ben": {"$error": "no likes of ben"}},
        "weight": number * 100,
        "volume": {"$error": "too loud"},
    }
    for number in range(50)
}
TABLES = {
    "Query": {
        "tracks": [{"$ref": f"Track/{number}"} for number in TRACKS],
        "first": {"$ref": "Track/7"},
        "best": {"$ref": "Track/7"},
    },
    "Mutation": {
        "play": {"$arg": "id", "7": {"$ref": "Track/7"}, "8": {"$ref": "Track/8"}},
        "stop": {"$ref": "Track/9"},
    },
    "Track": TRACKS,
}
SUPERGRAPH = compose_sources(SOURCES)


def schemas() -> dict[str, GraphQLSchema]:
    data = Data(TABLES, build_api_schema(SUPERGRAPH))
    return {name: build_subgraph(source, data) for name, source in SOURCES.items()}


def engine_over(subgraphs: Mapping[str, GraphQLSchema]) -> Engine:
    transports = {name: LocalTransport(schema) for name, schema in subgraphs.items()}
    return Engine(SUPERGRAPH, transports, EAGER)


async def warmed(engine: Engine, document: str, context: Any = None) -> Engine:
    """The engine, after it and its subgraphs have compiled what the document asks of them."""
    for _ in range(2):
        await engine.execute(GraphQLRequest(document=document), context)
        await compiled(engine)
    return engine


async def test_one_entity_by_two_paths_has_the_arguments_and_requirements_of_each() -> None:
    monolith = build_monolith(Data(TABLES, build_api_schema(SUPERGRAPH)))
    document = """{
        first { title likes(of: "anna") weight }
        best { likes(of: "ben") volume weight }
        tracks { likes(of: "anna") }
    }"""

    async with engines_of(SOURCES, SUPERGRAPH, TABLES, Random(1)) as engines:
        for _ in range(3):
            data = await require_same(engines, monolith, document, {})

    assert data["first"] == {"title": "track 7", "likes": 7, "weight": 700}
    assert data["best"] == {"likes": None, "volume": None, "weight": 700}


async def weigh_two_lengths_of_one_track() -> Any:
    """What is answered where one track is told with two lengths, and its weight goes by them."""
    subgraphs = schemas()
    told = [Record("Track", {"id": "1", "length": each}) for each in (1, 2, 1)]
    subgraphs["media"].query_type.fields["tracks"].resolve = lambda *_: told  # type: ignore[union-attr]
    social = subgraphs["social"]
    entities = social.query_type.fields["_entities"]  # type: ignore[union-attr]
    entities.resolve = lambda *_, representations: [
        Record("Track", each, each) for each in representations
    ]
    weight = social.type_map["Track"].fields["weight"]
    weight.resolve = lambda track, _: track.values["length"] * 100
    document = "{ tracks { weight } }"
    engine = await warmed(engine_over(subgraphs), document)
    return (await engine.execute(GraphQLRequest(document=document), None)).data


async def test_what_is_required_tells_representations_apart() -> None:
    data = await weigh_two_lengths_of_one_track()

    assert data == {"tracks": [{"weight": 100}, {"weight": 200}, {"weight": 100}]}


WRONG = (
    LINK.replace('"@key"', '"@key", "@inaccessible"')
    + """
type Query { track: Track }
type Track { title: Title any: Any! title2: Title! mood: Mood strict: Mood! moods: [Mood!] }
type Title { text: String }
scalar Any
enum Mood { HAPPY SECRET @inaccessible }
"""
)


class Fixed:
    """A subgraph that gives one value for the field of its track, right or wrong."""

    def __init__(self, field: str, value: Any) -> None:
        self._data = {"track": {field: value}}

    async def fetch(self, _request: FetchRequest, _context: Any) -> FetchResult:
        return FetchResult(data=deepcopy(self._data))

    async def warm(self, _request: FetchRequest) -> None:
        """Nothing to make ready."""


WRONG_VALUES = (
    ("any", "any", None, None),
    ("title2", "title2 { text }", None, None),
    ("strict", "strict", "SECRET", None),
    ("strict", "strict", None, None),
    ("mood", "mood", "SECRET", {"mood": None}),
    ("moods", "moods", ["HAPPY", "SECRET"], {"moods": None}),
    ("moods", "moods", ["HAPPY", None], {"moods": None}),
)


@pytest.mark.parametrize(("field", "asked", "given", "shown"), WRONG_VALUES)
async def test_what_a_subgraph_may_not_say_is_null_where_it_may_be(
    field: str, asked: str, given: Any, shown: Any
) -> None:
    engine = Engine(compose_sources({"s": WRONG}), {"s": Fixed(field, given)}, EAGER)  # type: ignore[dict-item]
    document = f"{{ track {{ {asked} }} }}"
    await warmed(engine, document)

    answer = await engine.execute(GraphQLRequest(document=document), None)

    assert answer.data == {"track": shown}
    assert len(answer.errors) == 1


async def test_types_that_share_ids_are_kept_apart() -> None:
    sources = {
        "media": LINK
        + """
        type Query { items: [Item] }
        union Item = Track | Album
        type Track @key(fields: "id") { id: ID! }
        type Album @key(fields: "id") { id: ID! }
        """,
        "social": LINK
        + """
        type Track @key(fields: "id") { id: ID! likes: Int }
        type Album @key(fields: "id") { id: ID! likes: Int }
        """,
    }
    tables = {
        "Query": {"items": [{"$ref": "Track/1"}, {"$ref": "Album/1"}]},
        "Track": {"1": {"id": "1", "likes": 1}},
        "Album": {"1": {"id": "1", "likes": 2}},
    }
    engine = build_engine(sources, tables, limits=EAGER)
    document = "{ items { ... on Track { likes } ... on Album { likes } } }"
    await warmed(engine, document)

    answer = await engine.execute(GraphQLRequest(document=document), None)

    assert answer.data == {"items": [{"likes": 1}, {"likes": 2}]}


class Singing:
    """Tells of tracks that mention artists in certain ways; of each artist, what it was asked."""

    def __init__(self, mentions: list[dict[str, Any]]) -> None:
        self._mentions = mentions

    async def fetch(self, request: FetchRequest, _context: Any) -> FetchResult:
        if request.subgraph == "media":
            tracks = [{"artist": dict(each)} for each in self._mentions]
            return FetchResult(data={"tracks": tracks})
        [asked] = request.variables.values()
        return FetchResult(data={"_entities": [{"told": repr(each["id"])} for each in asked]})

    async def warm(self, _request: FetchRequest) -> None:
        """Nothing to make ready."""


MENTIONED: tuple[tuple[str, str, list[dict[str, Any]], list[dict[str, Any]]], ...] = (
    (
        "with more than a key",
        "artist { role told }",
        [{"id": "1", "role": "singer"}, {"id": "1", "role": "drums"}],
        [{"role": "singer", "told": "'1'"}, {"role": "drums", "told": "'1'"}],
    ),
    (
        "by keys of two classes",
        "artist { told }",
        [{"id": 1}, {"id": True}, {"id": 1}],
        [{"told": "1"}, {"told": "True"}, {"told": "1"}],
    ),
    (
        "by their keys",
        "artist { told id }",
        [{"id": "1"}, {"id": "2"}, {"id": "1"}],
        [{"told": f"'{each}'", "id": each} for each in "121"],
    ),
)


@pytest.mark.parametrize(("_case", "asked", "mentions", "shown"), MENTIONED)
async def test_one_entity_is_shown_as_each_mention_tells_of_it(
    _case: str, asked: str, mentions: list[dict[str, Any]], shown: list[dict[str, Any]]
) -> None:
    sources = {
        "media": LINK
        + """
        type Query { tracks: [Track] }
        type Track { artist: Artist }
        type Artist @key(fields: "id") { id: ID! role: String }
        """,
        "social": LINK + """ type Artist @key(fields: "id") { id: ID! told: String } """,
    }
    singing = Singing(mentions)
    transports = {"media": singing, "social": singing}
    engine = Engine(compose_sources(sources), transports, EAGER)  # type: ignore[arg-type]
    document = f"{{ tracks {{ {asked} }} }}"
    await warmed(engine, document)

    answer = await engine.execute(GraphQLRequest(document=document), None)

    assert answer.data == {"tracks": [{"artist": each} for each in shown]}
    assert answer.errors == []


async def test_a_pool_of_one_serves_fifty_entities_of_two_subgraphs() -> None:
    pool = asyncio.Semaphore(1)
    subgraphs = schemas()

    async def from_pool(track: Any, *_: Any, **__: Any) -> int:
        async with pool:
            await asyncio.sleep(0)
            return int(track.values["length"])

    subgraphs["media"].type_map["Track"].fields["length"].resolve = from_pool
    subgraphs["social"].type_map["Track"].fields["likes"].resolve = from_pool
    document = "{ tracks { length likes } }"
    engine = await warmed(engine_over(subgraphs), document)

    async with asyncio.timeout(60):
        answer = await engine.execute(GraphQLRequest(document=document), None)

    assert answer.data == {"tracks": [{"length": each, "likes": each} for each in range(50)]}
    assert not pool.locked()


async def test_a_client_that_leaves_in_mid_fetch_leaves_no_task_and_no_connection() -> None:
    pool = asyncio.Semaphore(5)
    ended: list[int] = []
    is_hanging = False
    subgraphs = schemas()

    async def from_pool(track: Any, *_: Any, **__: Any) -> int:
        number = int(track.values["id"])
        async with pool:
            try:
                await asyncio.sleep(3600 if is_hanging else 0)
            finally:
                await asyncio.sleep(0)
                ended.append(number)
        return number

    subgraphs["social"].type_map["Track"].fields["likes"].resolve = from_pool
    document = "{ tracks { likes } }"
    engine = await warmed(engine_over(subgraphs), document)
    ended.clear()
    is_hanging = True
    before = asyncio.all_tasks()

    client = asyncio.create_task(engine.execute(GraphQLRequest(document=document), None))
    while not pool.locked():
        await asyncio.sleep(0)
    client.cancel()
    with pytest.raises(asyncio.CancelledError):
        await client

    assert asyncio.all_tasks() == before
    assert len(ended) == 5
    assert not pool.locked()


async def test_mutations_are_done_one_after_the_other_with_the_entities_of_each() -> None:
    log: list[str] = []
    subgraphs = schemas()

    def logged(name: str, resolve: Any) -> Any:
        async def resolver(parent: Any, info: Any, **arguments: Any) -> Any:
            log.append(f"{name} begins")
            await asyncio.sleep(0)
            log.append(f"{name} ends")
            return resolve(parent, info, **arguments)

        return resolver

    for name, field in subgraphs["media"].mutation_type.fields.items():  # type: ignore[union-attr]
        field.resolve = logged(name, field.resolve)
    likes = subgraphs["social"].type_map["Track"].fields["likes"]
    likes.resolve = logged("likes", likes.resolve)
    document = 'mutation { play(id: "7") { likes(of: "anna") } stop { likes(of: "ben") } }'
    engine = await warmed(engine_over(subgraphs), document)
    log.clear()

    answer = await engine.execute(GraphQLRequest(document=document), None)

    names = ["play", "likes", "stop", "likes"]
    assert log == [f"{name} {step}" for name in names for step in ("begins", "ends")]
    assert answer.data == {"play": {"likes": 7}, "stop": {"likes": None}}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
async def test_viewers_at_once_see_nothing_of_each_other(seed: int) -> None:
    world, bindings, root = world_of(seed)
    program = CompiledProgram(world.schema, bindings, root, cold_runs=0)
    reference = ReferenceProgram(world.schema, root)
    viewers = [f"viewer {number}" for number in range(6)]
    for case in write_cases(seed, seed, world):
        asked = [(case.document, case.variables, viewer) for viewer in viewers]

        answers = await asyncio.gather(*(program.run(*each) for each in asked))

        for viewer, answer in zip(viewers, answers, strict=True):
            alone = await reference.run(case.document, case.variables, viewer)
            assert repr(answer.data) == repr(alone.data)
            assert not _foreign(viewers, viewer, [repr(tell(each)) for each in answer.errors or ()])
        world.take_back()


def _foreign(viewers: list[str], mine: str, told: list[str]) -> list[str]:
    return [text for text in told for other in viewers if other != mine and other in text]


@pytest.mark.parametrize(
    "value",
    [2**31, 2**63, -(2**64), float("nan"), float("inf"), -0.0, True, "\ud800", "\x00", b"b", 1e308],
    ids=repr,
)
@pytest.mark.parametrize("type_", ["Int", "Float", "String", "Boolean", "ID", "Any"])
async def test_a_hostile_leaf_is_told_as_by_graphql_core(type_: str, value: Any) -> None:
    sdl = f"scalar Any type Query {{ one: {type_} many: [{type_}!] must: {type_}! }}"
    schema = build_schema(sdl)
    for name, field in schema.query_type.fields.items():  # type: ignore[union-attr]
        given = [value, value] if name == "many" else value
        field.resolve = lambda *_, given=given: given
    document = "{ one many again: one }"
    alone = await ReferenceProgram(schema).run(document, {}, None)
    engine = Engine(compose_sources({"s": sdl}), {"s": LocalTransport(schema)}, EAGER)

    for _ in range(3):
        answer = await engine.execute(GraphQLRequest(document=document), None)

        assert repr(answer.data) == repr(alone.data)
        assert sorted(each["message"] for each in answer.errors) == sorted(
            each.message for each in alone.errors or ()
        )
        await compiled(engine)


async def test_a_resolver_may_change_what_it_is_given_and_nobody_else_sees_it() -> None:
    schema = build_schema(
        "type Query { longest(of: [[String]] = [[]], and: In): Int }"
        " input In { texts: [String!] = [] }"
    )

    def spoil(*_: Any, of: list[Any], **more: Any) -> int:
        of[0].append("spoiled")
        more["and"]["texts"].append("spoiled")
        return len(of[0]) + len(more["and"]["texts"])

    schema.query_type.fields["longest"].resolve = spoil  # type: ignore[union-attr]
    document = """{
        one: longest(of: [["a"]], and: {texts: ["b"]})
        two: longest(of: [[]], and: {texts: []})
    }"""
    program = CompiledProgram(schema, cold_runs=0)
    alone = await ReferenceProgram(schema).run(document, {}, None)

    answers = [await program.run(document, {}, None) for _ in range(3)]

    assert alone.data == {"one": 4, "two": 2}
    assert [answer.data for answer in answers] == [alone.data] * 3


@pytest.mark.slow
async def test_ten_thousand_documents_are_remembered_by_number_and_none_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []
    note = "federation.program.compile.compile"
    monkeypatch.setattr(note, lambda source, *_: compiled.append(source), raising=False)
    schema = build_schema("type Query { number: Int }")
    program = CompiledProgram(schema, root_value={"number": 1})

    for index in range(10_000):
        answer = await program.run(f"{{ a{index}: number }}", {}, None)
        assert answer.data == {f"a{index}": 1}

    assert not compiled
    kept = {name: len(each) for name, each in vars(program).items() if hasattr(each, "popitem")}
    assert kept
    assert max(kept.values()) <= 1_000
