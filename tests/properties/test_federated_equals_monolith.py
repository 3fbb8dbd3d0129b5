"""Whatever is asked of whatever data: the federated answer is the monolith's answer."""

import json
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

from graphql import GraphQLSchema, graphql, parse, validate
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest
from federation.errors import CompositionErrors
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.federated import compose_sources
from tests.federation.random_operations import RICH, Operations, Records
from tests.federation.random_subgraphs import write_records, write_subgraphs
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.patience import PATIENT

SUPERGRAPH = compose_sources(RICH)
API_SCHEMA = build_api_schema(SUPERGRAPH)
TRIES_MAX = 20


def a_valid_operation(schema: GraphQLSchema, random: Random) -> str:
    for _ in range(TRIES_MAX):
        operation = Operations(schema, random).write()
        if not validate(schema, parse(operation)):
            return operation
    return "{ __typename }"


async def compare(
    sources: Mapping[str, str],
    supergraph: str,
    tables: Mapping[str, Any],
    operation: str,
    variables: Mapping[str, bool],
) -> None:
    """Same data to the byte, errors at the same paths, one request per subgraph and wave."""
    monolith = build_monolith(Data(tables, build_api_schema(supergraph)))
    data = Data(tables, build_api_schema(supergraph))
    transports = {name: LocalTransport(build_subgraph(sdl, data)) for name, sdl in sources.items()}
    engine = Engine(supergraph, transports, PATIENT)

    whole = await graphql(monolith, operation, variable_values=dict(variables))
    request = GraphQLRequest(document=operation, variables=variables, explain=True)
    federated = await engine.execute(request, None)

    assert federated.has_data, federated.errors
    assert json.dumps(federated.data) == json.dumps(whole.data)
    assert Counter(tuple(error["path"]) for error in federated.errors) == Counter(
        tuple(error.path) for error in whole.errors or ()
    )
    ran = federated.extensions["explain"]["fetches"]
    requests = Counter((fetch["subgraph"], fetch["depth"]) for fetch in ran)
    assert set(requests.values()) <= {1}


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), a=st.booleans(), b=st.booleans())
async def test_a_federated_answer_equals_the_monoliths(seed: int, a: bool, b: bool) -> None:
    random = Random(seed)
    tables = Records(API_SCHEMA, random, with_errors=True).write()
    operation = a_valid_operation(API_SCHEMA, random)

    await compare(RICH, SUPERGRAPH, tables, operation, {"a": a, "b": b})


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32), a=st.booleans(), b=st.booleans())
async def test_what_composes_can_be_planned_and_answered(seed: int, a: bool, b: bool) -> None:
    random = Random(seed)
    sources = write_subgraphs(random)
    try:
        supergraph = compose_sources(sources)
    except CompositionErrors:
        assume(False)
    schema = build_api_schema(supergraph)
    tables = write_records(schema, random)
    operation = a_valid_operation(schema, random)

    await compare(sources, supergraph, tables, operation, {"a": a, "b": b})


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_a_plan_is_the_same_every_time(seed: int) -> None:
    operation = a_valid_operation(API_SCHEMA, Random(seed))

    first = Engine(SUPERGRAPH, {}, PATIENT).explain(operation)

    assert Engine(SUPERGRAPH, {}, PATIENT).explain(operation) == first
