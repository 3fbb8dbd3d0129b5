"""The subgraphs of this process as transports of the engine."""

from collections.abc import Iterable

from adapters.telemetry.tracing import Tracing
from federation.program.bindings import Bindings
from federation.transport.local import LocalTransport
from schema.definition import SubgraphDefinition
from web.engines.strawberry_bindings import strawberry_bindings
from web.observing.traced_bindings import trace_bindings
from web.wire.error_response import graphql_error_as_dict


def local_transports(
    definitions: Iterable[SubgraphDefinition], tracing: Tracing | None = None
) -> dict[str, LocalTransport]:
    """A transport for each subgraph, by name; errors are told as clients may see them.

    With `tracing`, resolvers are traced.
    """
    return {
        definition.name: LocalTransport(
            definition.executable,
            bindings=_bindings(definition, tracing),
            on_error=graphql_error_as_dict,
        )
        for definition in definitions
    }


def _bindings(definition: SubgraphDefinition, tracing: Tracing | None) -> Bindings:
    bindings = strawberry_bindings(definition)
    return bindings if tracing is None else trace_bindings(bindings, tracing)
