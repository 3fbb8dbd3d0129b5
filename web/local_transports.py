"""The subgraphs of this process as transports of the engine."""

from collections.abc import Iterable

from federation.transport.local import LocalTransport
from schema.definition import SubgraphDefinition
from web.error_response import graphql_error_as_dict
from web.strawberry_bindings import strawberry_bindings


def local_transports(definitions: Iterable[SubgraphDefinition]) -> dict[str, LocalTransport]:
    """A transport for each subgraph, by name; errors are told as clients may see them."""
    return {
        definition.name: LocalTransport(
            definition.executable,
            bindings=strawberry_bindings(definition),
            on_error=graphql_error_as_dict,
        )
        for definition in definitions
    }
