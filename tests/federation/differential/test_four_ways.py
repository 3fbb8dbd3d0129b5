"""One operation answered in several ways: by a monolith, displayed, shaped, and over HTTP."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSchema, graphql, parse, validate
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest, GraphQLResponse
from federation.errors import CompositionErrors
from federation.supergraph.api_schema import build_api_schema
from federation.transport.http import HttpTransport
from federation.transport.local import LocalTransport
from tests.federation.differential.bound_records import bind_records
from tests.federation.differential.reshaped import reshape
from tests.federation.federated import compose_sources
from tests.federation.random_operations import RICH, Operations, Records
from tests.federation.random_subgraphs import write_records, write_subgraphs
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.federation.test_remote_requests import executing
from tests.patience import PATIENT
from tests.unit.federation.transport.peers import peer

# graphql-core drops coroutines that it has not begun when another fails
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
SUPERGRAPH = compose_sources(RICH)
EAGER = replace(PATIENT, runs_interpreted=0, operation_aliases_max=1_000)
"""What runs once is compiled."""
TRIES_MAX = 20
WAYS = ("displayed", "shaped", "field by field", "over HTTP")


@asynccontextmanager
async def engines_of(
    sources: Mapping[str, str], supergraph: str, tables: Mapping[str, Any], random: Random
) -> AsyncIterator[dict[str, Engine]]:
    """The same subgraphs behind an engine for each way."""
    data = Data(tables, build_api_schema(supergraph))
    transports: dict[str, dict[str, Any]] = {way: {} for way in WAYS}
    async with AsyncExitStack() as stack:
        for name, source in sources.items():
            schema = build_subgraph(source, data)
            bindings = bind_records(schema, data, random)
            compiled = LocalTransport(schema, bindings=bindings)
            transports["displayed"][name] = transports["shaped"][name] = compiled
            transports["field by field"][name] = LocalTransport(schema, is_compiled=False)
            server = await stack.enter_async_context(peer(executing(compiled)))
            transports["over HTTP"][name] = HttpTransport(server.url)
            stack.push_async_callback(transports["over HTTP"][name].close)
        yield {
            way: Engine(supergraph, transports[way], EAGER, is_displaying=way == "displayed")
            for way in WAYS
        }


async def require_same(
    engines: Mapping[str, Engine],
    monolith: GraphQLSchema,
    operation: str,
    variables: Mapping[str, Any],
) -> dict[str, Any]:
    """Every engine says what the monolith says, and all of them the same errors."""
    whole = await graphql(monolith, operation, variable_values=dict(variables))
    request = GraphQLRequest(document=operation, variables=variables)
    for _ in ("cold", "compiled"):
        answers = {way: await engine.execute(request, None) for way, engine in engines.items()}
        for way, answer in answers.items():
            assert answer.has_data, (way, answer.errors)
            assert repr(answer.data) == repr(whole.data), way
            paths = Counter(tuple(error["path"]) for error in answer.errors)
            assert paths == Counter(tuple(error.path or ()) for error in whole.errors or ()), way
            assert _told(answer) == _told(answers[WAYS[0]]), way
        for engine in engines.values():
            await compiled(engine)
    assert whole.data is not None
    return whole.data


async def compiled(engine: Engine) -> None:
    """Wait until an engine has compiled what it has begun to compile."""
    await engine._thread.run(int)


def _told(answer: GraphQLResponse) -> Counter[tuple[str, str]]:
    """Messages with their places; which of two subgraphs has told one first, is not said."""
    return Counter((error["message"], repr(error["path"])) for error in answer.errors)


def a_valid_operation(schema: GraphQLSchema, random: Random) -> str:
    for _ in range(TRIES_MAX):
        operation = Operations(schema, random).write()
        if not validate(schema, parse(operation)):
            return operation
    return "{ __typename }"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_all_ways_give_one_answer_cold_and_warm(seed: int) -> None:
    random = Random(seed)
    schema = build_api_schema(SUPERGRAPH)
    tables = Records(schema, random, with_errors=True).write()
    monolith = build_monolith(Data(tables, build_api_schema(SUPERGRAPH)))
    operation = a_valid_operation(schema, random)

    async with engines_of(RICH, SUPERGRAPH, tables, random) as engines:
        for a, b in ((True, False), (True, False), (False, True)):
            await require_same(engines, monolith, operation, {"a": a, "b": b})


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_all_ways_give_one_answer_over_any_supergraph(seed: int) -> None:
    random = Random(seed)
    sources = write_subgraphs(random)
    try:
        supergraph = compose_sources(sources)
    except CompositionErrors:
        assume(False)
    schema = build_api_schema(supergraph)
    tables = write_records(schema, random)
    monolith = build_monolith(Data(tables, build_api_schema(supergraph)))
    operations = [a_valid_operation(schema, random) for _ in range(2)]

    async with engines_of(sources, supergraph, tables, random) as engines:
        for operation, n in product(operations, (1, 2, 1)):
            variables = {"a": n == 1, "b": n == 2, "n": n}
            await require_same(engines, monolith, operation, variables)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_an_operation_written_otherwise_has_the_same_data(seed: int) -> None:
    random = Random(seed)
    schema = build_api_schema(SUPERGRAPH)
    tables = Records(schema, random, with_errors=False).write()
    monolith = build_monolith(Data(tables, build_api_schema(SUPERGRAPH)))
    operation = a_valid_operation(schema, random)
    variables = {"a": random.random() < 0.5, "b": random.random() < 0.5}

    async with engines_of(RICH, SUPERGRAPH, tables, random) as engines:
        data = await require_same(engines, monolith, operation, variables)
        for way in ("aliased", "in fragments", "backwards"):
            written, undo = reshape(schema, operation, way)
            again = await require_same(engines, monolith, written, variables)
            assert undo(again) == data, way


NESTED = """
query Home($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) {
  tracks @include(if: $a) { id @skip(if: $b) title @include(if: $c) ...Rest @skip(if: $d) }
  again: tracks @skip(if: $c) { ... @include(if: $b) { title ...Rest @include(if: $a) } id }
}
fragment Rest on Track { artist @include(if: $b) { name id @skip(if: $c) } title }
"""


@pytest.fixture
def supply() -> tuple[Mapping[str, str], dict[str, Any]]:
    sources = {
        "media": """
            type Query { tracks: [Track] }
            type Track @key(fields: "id") { id: ID! artist: Artist }
            type Artist @key(fields: "id") { id: ID! }
        """,
        "texts": """
            type Track @key(fields: "id") { id: ID! title: String }
            type Artist @key(fields: "id") { id: ID! name: String }
        """,
    }
    tables = {
        "Query": {"tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}, None]},
        "Track": {
            "1": {"id": "1", "title": "One", "artist": {"$ref": "Artist/1"}},
            "2": {"id": "2", "title": {"$error": "lost"}, "artist": {"$ref": "Artist/1"}},
        },
        "Artist": {"1": {"id": "1", "name": "The Larks"}},
    }
    return sources, tables


async def test_every_choice_of_conditions_is_answered_from_one_cache(
    supply: tuple[Mapping[str, str], dict[str, Any]],
) -> None:
    sources, tables = supply
    supergraph = compose_sources(sources)
    monolith = build_monolith(Data(tables, build_api_schema(supergraph)))
    choices = list(product((False, True), repeat=4))

    async with engines_of(sources, supergraph, tables, Random(1)) as engines:
        for choice in [*choices, *reversed(choices)]:
            variables = dict(zip("abcd", choice, strict=True))
            await require_same(engines, monolith, NESTED, variables)

        assert engines["displayed"].plan_cache.entries == 1


async def test_operations_of_one_document_are_kept_apart(
    supply: tuple[Mapping[str, str], dict[str, Any]],
) -> None:
    sources, tables = supply
    names = ("One", "Two", "Three")
    document = """
        query One { tracks { title } }
        query Two { tracks { id } }
        query Three { tracks { title: id artist { name } } }
    """
    supergraph = compose_sources(sources)
    monolith = build_monolith(Data(tables, build_api_schema(supergraph)))

    async with engines_of(sources, supergraph, tables, Random(1)) as engines:
        for name in (*names, *reversed(names)):
            whole = await graphql(monolith, document, operation_name=name)
            request = GraphQLRequest(document=document, operation_name=name)
            answers = [await engine.execute(request, None) for engine in engines.values()]

            assert [answer.data for answer in answers] == [whole.data] * len(WAYS)
