"""Answers introspection from the API schema, in the gateway itself."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
)

from federation.execute.tree import Object
from federation.operation.conditions import holds
from federation.operation.deferral import with_defer
from federation.operation.model import Operation


def introspect(
    schema: GraphQLSchema,
    document: DocumentNode,
    node: OperationDefinitionNode,
    operation: Operation,
    variables: Mapping[str, Any],
) -> Object:
    """The values of `__schema` and `__type` by response key; `@defer` is among the directives."""
    fields = tuple(
        field for field, condition in operation.introspection if holds(condition, variables)
    )
    if not fields:
        return {}
    fragments = tuple(
        each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    )
    wanted = OperationDefinitionNode(
        operation=node.operation,
        name=node.name,
        variable_definitions=node.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=fields),
    )
    result = execute_sync(
        with_defer(schema),
        DocumentNode(definitions=(wanted, *fragments)),
        variable_values=dict(variables),
    )
    return dict(result.data or {})
