"""Values of variables and arguments: read at once where they plainly fit, else by graphql-core."""

import enum
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLError,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputType,
    GraphQLInt,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    VariableNode,
    get_argument_values,
    get_variable_values,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource

_ERRORS_MAX = 50
_INT_MAX = 2**31 - 1
_IMMUTABLE = (str, int, float, bool, type(None), enum.Enum)

Fits = Callable[[Any], bool]


class Values:
    """The values of an operation's variables, for one run."""

    __slots__ = ("_full", "_signatures", "coerced")

    def __init__(
        self,
        coerced: dict[str, Any],
        signatures: Sequence[Any] = (),
        full: VariableValues | None = None,
    ) -> None:
        self.coerced = coerced
        """By name, as resolvers see them; what was not given is not there."""
        self._signatures = signatures
        self._full = full

    @property
    def full(self) -> VariableValues:
        """With what graphql-core wants to know of each; made when it is asked."""
        if self._full is None:
            values = self.coerced
            sources = {
                each.name: VariableValueSource(each, values[each.name])
                if each.name in values
                else VariableValueSource(each)
                for each in self._signatures
            }
            self._full = VariableValues(sources, values)
        return self._full


class Variables:
    """The variables of one operation."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, *, is_any_plain: bool
    ) -> None:
        self._schema = schema
        self._nodes = operation.variable_definitions or ()
        self._signatures: list[Any] = []
        self._declared: list[tuple[str, Fits, bool]] | None = []
        for node in self._nodes:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                self._declared = None
                return
            is_needed = signature.default is not None or is_non_null_type(signature.type)
            self._signatures.append(signature)
            fits = _fits(signature.type, is_any_plain)
            self._declared.append((signature.name, fits, is_needed))

    def read(self, given: Mapping[str, Any]) -> Values | list[GraphQLError]:
        """The values as resolvers see them, or what is wrong with them."""
        plain = self._read_plainly(given)
        if plain is not None:
            return plain
        full = get_variable_values(self._schema, self._nodes, dict(given), max_errors=_ERRORS_MAX)
        return full if isinstance(full, list) else Values(full.coerced, full=full)

    def _read_plainly(self, given: Mapping[str, Any]) -> Values | None:
        if self._declared is None:
            return None
        values = {}
        for name, fits, is_needed in self._declared:
            if name in given:
                value = values[name] = given[name]
                if not fits(value):
                    return None
            elif is_needed:
                return None
        return Values(values, self._signatures)


def _fits(type_: GraphQLInputType, is_any_plain: bool) -> Fits:
    """Tells whether a value of that type can be taken as it is."""
    if not is_non_null_type(type_):
        inner = _fits_inner(type_, is_any_plain)
        return lambda value: value is None or inner(value)
    return _fits_inner(type_.of_type, is_any_plain)


def _fits_inner(type_: Any, is_any_plain: bool) -> Fits:
    if is_list_type(type_):
        fits_item = _fits(type_.of_type, is_any_plain)
        if is_any_plain and str(type_) == "[_Any!]":
            return lambda value: value.__class__ is list and {*map(type, value)} <= {dict}
        return lambda value: value.__class__ is list and all(map(fits_item, value))
    return _PLAIN.get(type_, lambda _: False)


_PLAIN: dict[Any, Fits] = {
    GraphQLString: lambda value: value.__class__ is str,
    GraphQLID: lambda value: value.__class__ is str,
    GraphQLBoolean: lambda value: value.__class__ is bool,
    GraphQLInt: lambda value: value.__class__ is int and -_INT_MAX <= value <= _INT_MAX,
    GraphQLFloat: lambda value: value.__class__ is float and math.isfinite(value),
}


class Arguments:
    """The arguments of one field, by their Python names."""

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._variables, self._constant = _read_ahead(definition, node)

    def read(self, variables: Values) -> dict[str, Any]:
        """The values for one run; never changed, and not to be.

        Raises:
            GraphQLError: a value does not fit, or is missing.
        """
        if self._constant is None:
            return get_argument_values(self._definition, self._node, variables.full)
        if not self._variables:
            return self._constant
        values = dict(self._constant)
        for name, variable in self._variables:
            value = variables.coerced.get(variable)
            if value is None:
                return get_argument_values(self._definition, self._node, variables.full)
            values[name] = value
        return values


def _read_ahead(
    definition: GraphQLField, node: FieldNode
) -> tuple[list[tuple[str, str]], dict[str, Any] | None]:
    """The arguments that are variables, and the values of all others, where these are constant.

    What could be changed by a resolver is no constant.
    """
    given = {each.name.value: each.value for each in node.arguments or ()}
    variables = []
    others = {}
    for name, argument in definition.args.items():
        value = given.get(name)
        if isinstance(value, VariableNode):
            variables.append((argument.out_name or name, value.name.value))
        elif _mentions_variables(value):
            return [], None
        else:
            others[name] = argument
    constant = get_argument_values(GraphQLField(definition.type, args=others), node)
    if all(isinstance(value, _IMMUTABLE) for value in constant.values()):
        return variables, constant
    return [], None


def _mentions_variables(node: Any) -> bool:
    if isinstance(node, VariableNode):
        return True
    inner = [*(getattr(node, "values", None) or ())]
    inner += [each.value for each in getattr(node, "fields", None) or ()]
    return any(_mentions_variables(each) for each in inner)
