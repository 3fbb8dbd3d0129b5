"""Compiled and interpreted, an operation answers the same, whatever subgraphs answer."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest
from federation.errors import CompositionErrors
from federation.execute.compiled_plan import CompiledPlan
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.federated import build_engine, compose_sources
from tests.federation.random_operations import RICH, Operations, Records
from tests.federation.random_subgraphs import write_records, write_subgraphs
from tests.federation.records import Data, build_subgraph
from tests.patience import PATIENT

SUPERGRAPH = compose_sources(RICH)
API_SCHEMA = build_api_schema(SUPERGRAPH)
NEVER = 1_000_000
ODD: tuple[Any, ...] = (None, 7, 0.5, True, "odd", [], {}, [None], {"__typename": "Nothing"})


class Odd:
    """Answers as a subgraph does, but for some values; what is odd depends on what is asked."""

    def __init__(self, inner: LocalTransport, seed: int, chance: float, *, shares: bool) -> None:
        self._inner = inner
        self._seed = seed
        self._chance = chance
        self._shares = shares
        self.asked: list[str] = []

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        asked = json.dumps([request.document, dict(request.variables)])
        self.asked.append(asked)
        result = await self._inner.fetch(request, context)
        data = self._spoil(deepcopy(result.data), Random(f"{self._seed}{asked}"))
        return replace(result, data=_shared(data, {}, ()) if self._shares else data)

    async def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        raise AssertionError
        yield

    def _spoil(self, value: Any, random: Random) -> Any:
        if isinstance(value, dict):
            kept = {key: self._spoil(each, random) for key, each in value.items()}
            return {key: kept[key] for key in kept if random.random() >= self._chance / 4}
        if isinstance(value, list):
            return [self._spoil(each, random) for each in value]
        return deepcopy(random.choice(ODD)) if random.random() < self._chance else value


def _shared(value: Any, known: dict[Any, Any], path: tuple[Any, ...]) -> Any:
    """Equal objects of one type at one response path as one object."""
    if isinstance(value, list):
        return [_shared(each, known, path) for each in value]
    if not isinstance(value, dict):
        return value
    place = (*path, str(value.get("__typename")))
    made = {key: _shared(each, known, (*place, key)) for key, each in value.items()}
    return known.setdefault((place, json.dumps(made)), made)


async def answers(
    supergraph: str,
    sources: Mapping[str, str],
    tables: Mapping[str, Any],
    requests: list[GraphQLRequest],
    *,
    seed: int,
    chance: float,
    is_compiled: bool,
) -> list[Any]:
    """Data, errors and what was asked of subgraphs, for each request."""
    schema = build_api_schema(supergraph)
    data = Data(tables, schema)
    transports = {
        name: Odd(LocalTransport(build_subgraph(sdl, data)), seed, chance, shares=is_compiled)
        for name, sdl in sources.items()
    }
    limits = replace(PATIENT, runs_interpreted=0 if is_compiled else NEVER)
    engine = Engine(supergraph, transports, limits)
    told: list[Any] = []
    for request in requests:
        if is_compiled:
            await engine.execute(request, None)
            await settled(engine)
        for transport in transports.values():
            transport.asked.clear()
        response = await engine.execute(request, None)
        errors = Counter(json.dumps(error) for error in response.errors)
        asked = {name: Counter(transport.asked) for name, transport in transports.items()}
        told.append((json.dumps(response.data), errors, asked))
    engine.close()
    return told


async def settled(engine: Engine) -> None:
    """Wait until the planning thread has done what it was given."""
    await engine._thread.run(lambda: None)


async def compare(
    supergraph: str,
    sources: Mapping[str, str],
    tables: Mapping[str, Any],
    operation: str,
    *,
    seed: int,
    chance: float,
) -> None:
    requests = [
        GraphQLRequest(document=operation, variables={"a": a, "b": b, "n": 1})
        for a in (True, False)
        for b in (True, False)
    ]
    given = (supergraph, sources, tables, requests)
    interpreted = await answers(*given, seed=seed, chance=chance, is_compiled=False)
    compiled = await answers(*given, seed=seed, chance=chance, is_compiled=True)

    assert compiled == interpreted


def an_operation(schema: GraphQLSchema, random: Random) -> str:
    return Operations(schema, random).write()


@pytest.mark.parametrize("chance", [0.0, 0.02, 0.2])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_compiled_answers_are_the_interpreted_ones(chance: float, seed: int) -> None:
    random = Random(seed)
    tables = Records(API_SCHEMA, random, with_errors=True).write()
    operation = an_operation(API_SCHEMA, random)

    await compare(SUPERGRAPH, RICH, tables, operation, seed=seed, chance=chance)


@pytest.mark.parametrize("chance", [0.0, 0.05])
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_so_are_those_of_whatever_composes(chance: float, seed: int) -> None:
    random = Random(seed)
    sources = write_subgraphs(random)
    try:
        supergraph = compose_sources(sources)
    except CompositionErrors:
        assume(False)
    schema = build_api_schema(supergraph)
    tables = write_records(schema, random)
    operation = an_operation(schema, random)

    await compare(supergraph, sources, tables, operation, seed=seed, chance=chance)


async def test_an_object_of_too_many_fields_is_shown_without_a_function() -> None:
    schema = build_schema("type Query { ping: String }")
    engine = Engine(
        compose_sources({"one": "type Query { ping: String }"}),
        {"one": LocalTransport(schema, {"ping": "pong"})},
        replace(PATIENT, operation_aliases_max=1_000, operation_root_fields_max=1_000),
    )
    few, many = (
        "{ " + " ".join(f"a{number}: ping" for number in range(count)) + " }" for count in (3, 300)
    )

    for document, is_compiled in ((few, True), (many, False)):
        for _ in range(3):
            answer = await engine.execute(GraphQLRequest(document=document), None)
            assert answer.data is not None
            assert set(answer.data.values()) == {"pong"}
            await settled(engine)
        prepared = await engine._operations.prepare(GraphQLRequest(document=document))
        assert ("def " in prepared.compiled.text) == is_compiled

    engine.close()


async def test_a_document_that_runs_once_is_never_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[CompiledPlan] = []
    monkeypatch.setattr(CompiledPlan, "compile", lambda plan, _: compiled.append(plan))
    engine = build_engine(
        {"media": "type Query { track: Track } type Track { id: ID title: String }"},
        {"Query": {"track": {"id": "1", "title": "One"}}},
    )
    documents = [f"{{ a{number}: track {{ id title }} }}" for number in range(20)]

    for document in documents:
        await engine.execute(GraphQLRequest(document=document), None)
    await settled(engine)
    assert compiled == []

    for document in [*documents[:3], *documents[:3]]:
        await engine.execute(GraphQLRequest(document=document), None)
    await settled(engine)
    assert len(compiled) == 3
