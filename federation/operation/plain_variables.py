"""Recognises variables that fit their types as they are; all others are coerced by the standard.

Checks are made once for an operation. They accept only exact classes, so a list of one, a number
for an id or a key that is not declared is left to graphql-core, and with them all errors.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    ValueNode,
    is_required_input_field,
    type_from_ast,
    value_from_ast_untyped,
)

_Check = Callable[[Any], bool]
_INT_MAX = 2**31
_EXACT_INT_MAX = 2**53


class PlainVariables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, node: OperationDefinitionNode) -> None:
        known: dict[str, _Check] = {}
        self._declared: list[tuple[str, _Check, ValueNode | None, bool]] = []
        for definition in node.variable_definitions or ():
            type_ = type_from_ast(schema, definition.type)
            given = (
                definition.variable.name.value,
                _check_of(type_, known),
                definition.default_value,
                isinstance(type_, GraphQLNonNull),
            )
            self._declared.append(given)

    def read(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values to plan and fetch with; None where it takes the standard to tell."""
        values: dict[str, Any] = {}
        for name, check, default, is_required in self._declared:
            if name in given:
                value = given[name]
                if not check(value):
                    return None
                values[name] = value
            elif default is not None:
                values[name] = value_from_ast_untyped(default)
            elif is_required:
                return None
        return values


def _check_of(type_: Any, known: dict[str, _Check]) -> _Check:
    if isinstance(type_, GraphQLNonNull):
        return _check_present(type_.of_type, known)
    check = _check_present(type_, known)
    return lambda value: value is None or check(value)


def _check_present(type_: Any, known: dict[str, _Check]) -> _Check:
    """The check of a value that is not null."""
    if isinstance(type_, GraphQLList):
        return _check_list(_check_of(type_.of_type, known))
    if isinstance(type_, GraphQLEnumType):
        values = frozenset(type_.values)
        return lambda value: type(value) is str and value in values
    if isinstance(type_, GraphQLInputObjectType) and not type_.is_one_of:
        return _check_object(type_, known)
    if isinstance(type_, GraphQLScalarType):
        return _SCALARS.get(type_.name) or _check_custom(type_)
    return _refuse


def _check_list(check: _Check) -> _Check:
    return lambda value: type(value) is list and all(map(check, value))


def _check_object(type_: GraphQLInputObjectType, known: dict[str, _Check]) -> _Check:
    """The check of an input object; input types may contain themselves."""
    if type_.name in known:
        return known[type_.name]
    checks: dict[str, _Check] = {}
    required: set[str] = set()

    def check_object(value: Any) -> bool:
        return (
            type(value) is dict
            and required <= value.keys() <= checks.keys()
            and all(checks[name](each) for name, each in value.items())
        )

    known[type_.name] = check_object
    for name, field in type_.fields.items():
        checks[name] = _check_of(field.type, known)
        if is_required_input_field(field):
            required.add(name)
    return check_object


def _check_custom(type_: GraphQLScalarType) -> _Check:
    """What a scalar without a function of its own takes: anything."""
    is_open = type_.coerce_input_value == GraphQLScalarType.parse_value
    return _accept if is_open else _refuse


def _accept(value: Any) -> bool:
    return value is not None


def _refuse(_value: Any) -> bool:
    return False


def _is_text(value: Any) -> bool:
    return type(value) is str


def _is_truth(value: Any) -> bool:
    return type(value) is bool


def _is_int(value: Any) -> bool:
    return type(value) is int and -_INT_MAX <= value < _INT_MAX


def _is_float(value: Any) -> bool:
    if type(value) is int:
        return -_EXACT_INT_MAX < value < _EXACT_INT_MAX
    return type(value) is float and isfinite(value)


_SCALARS: dict[str, _Check] = {
    GraphQLString.name: _is_text,
    GraphQLID.name: _is_text,
    GraphQLInt.name: _is_int,
    GraphQLFloat.name: _is_float,
    GraphQLBoolean.name: _is_truth,
}
