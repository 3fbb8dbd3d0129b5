"""Variables of a request: checked as the standard says, kept as the client sent them."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    GraphQLSchema,
    OperationDefinitionNode,
    ValueNode,
    value_from_ast_untyped,
)
from graphql.execution.values import get_variable_values

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.document import told

_CODE = "BAD_USER_INPUT"
_ERRORS_MAX = 20
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Classes of values that hold no others."""


def count_values(given: Mapping[str, Any], limits: EngineLimits) -> int:
    """How many values the variables hold, those in lists and objects included.

    Raises:
        RequestError: too many, or nested too deep (VARIABLES_TOO_LARGE).
    """
    if _PLAIN.issuperset(map(type, given.values())) and len(given) <= limits.variable_values_max:
        return len(given)
    count = 0
    level: list[Any] = [given]
    for _ in range(limits.variable_depth_max + 1):
        below: list[Any] = []
        for value in level:
            inside = value.values() if isinstance(value, Mapping) else value
            count += len(inside)
            if count > limits.variable_values_max:
                raise _too_large(f"hold more than {limits.variable_values_max} values")
            below += [each for each in inside if isinstance(each, (Mapping, list))]
        if not below:
            return count
        level = below
    raise _too_large(f"nest deeper than {limits.variable_depth_max} levels")


def _too_large(what: str) -> RequestError:
    return RequestError(f"The variables {what}.", code="VARIABLES_TOO_LARGE")


def coerce_variables(
    schema: GraphQLSchema,
    node: OperationDefinitionNode,
    given: Mapping[str, Any],
    limits: EngineLimits,
) -> dict[str, Any]:
    """The variables to plan and fetch with.

    Values are checked against the API schema but passed on as they came, since each subgraph
    coerces them again; defaults are filled in; what is absent stays absent.

    Raises:
        RequestError: a value does not fit its type (BAD_USER_INPUT).
    """
    definitions = node.variable_definitions or ()
    if not definitions:
        return {}
    coerced = get_variable_values(
        schema, definitions, dict(given), max_errors=_ERRORS_MAX, hide_suggestions=True
    )
    if isinstance(coerced, list):
        errors = [told(fault, _CODE, limits) for fault in coerced]
        raise RequestError(str(errors[0]["message"]), code=_CODE, errors=errors)
    values: dict[str, Any] = {}
    for definition in definitions:
        name = definition.variable.name.value
        if name in given:
            values[name] = given[name]
        elif definition.default_value is not None:
            values[name] = _plain(definition.default_value)
    return values


def default_variables(node: OperationDefinitionNode) -> dict[str, Any]:
    """The variables of a request that gives none; those without a default are absent."""
    return {
        each.variable.name.value: _plain(each.default_value)
        for each in node.variable_definitions or ()
        if each.default_value is not None
    }


def _plain(node: ValueNode) -> Any:
    """A default as JSON; its type was checked by validation."""
    return value_from_ast_untyped(node)
