"""Whatever is deferred: all payloads together are the answer, and the first holds the rest."""

from random import Random

from graphql import graphql, parse, validate
from graphql.execution import (
    ExperimentalIncrementalExecutionResults,
    experimental_execute_incrementally,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest
from federation.operation.deferral import with_defer
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.federated import compose_sources
from tests.federation.payloads import contains, merge_payloads
from tests.federation.random_operations import RICH, Operations, Records
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.patience import PATIENT

SUPERGRAPH = compose_sources(RICH)
API_SCHEMA = build_api_schema(SUPERGRAPH)
CHECKED = with_defer(API_SCHEMA)
TRIES_MAX = 20


def a_deferring_operation(random: Random) -> str:
    for _ in range(TRIES_MAX):
        operation = Operations(API_SCHEMA, random, defers=True).write()
        if "@defer" in operation and not validate(CHECKED, parse(operation)):
            return operation
    return "{ ... @defer { __typename } }"


@settings(max_examples=80, deadline=None)
@example(seed=3377, a=False, b=True)  # a place within what a condition left out
@given(seed=st.integers(0, 2**32), a=st.booleans(), b=st.booleans())
async def test_all_payloads_together_are_the_answer(seed: int, a: bool, b: bool) -> None:
    random = Random(seed)
    tables = Records(API_SCHEMA, random, with_errors=False).write()
    operation = a_deferring_operation(random)
    variables = {"a": a, "b": b}
    data = Data(tables, build_api_schema(SUPERGRAPH))
    transports = {name: LocalTransport(build_subgraph(sdl, data)) for name, sdl in RICH.items()}
    engine = Engine(SUPERGRAPH, transports, PATIENT)
    monolith = with_defer(build_monolith(Data(tables, build_api_schema(SUPERGRAPH))))

    request = GraphQLRequest(document=operation, variables=variables)
    payloads = [each async for each in engine.execute_incrementally(request, None)]
    whole = await graphql(
        build_monolith(Data(tables, build_api_schema(SUPERGRAPH))),
        _without_defer(operation),
        variable_values=dict(variables),
    )
    core = experimental_execute_incrementally(
        monolith, parse(operation), variable_values=dict(variables)
    )

    assert whole.errors is None
    assert payloads[0].has_data, payloads[0].errors
    assert merge_payloads(payloads) == whole.data
    assert (await engine.execute(request, None)).data == whole.data
    assert not isinstance(core, ExperimentalIncrementalExecutionResults) or contains(
        payloads[0].data, core.initial_result.data
    )


def _without_defer(operation: str) -> str:
    for text in (" @defer(if: $a)", " @defer(if: $b)", " @defer"):
        operation = operation.replace(text, "")
    for variable, default in (("a", "true"), ("b", "false")):
        declared = f"${variable}: Boolean! = {default}"
        rest = operation.replace(declared, "")
        if f"${variable}" not in rest:
            operation = rest.replace("(, ", "(").replace(", , ", ", ").replace(", )", ")")
            operation = operation.replace("Random()", "Random")
    return operation
