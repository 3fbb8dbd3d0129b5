"""Completes the leaves that a program's source cannot tell at a glance, one call for each."""

import enum
from collections.abc import Callable
from typing import Any

from graphql import GraphQLBoolean, GraphQLID, GraphQLLeafType, GraphQLString
from graphql.pyutils import Undefined

from federation.program.complete import complete_leaf, is_kept
from federation.program.faults import Fault
from federation.program.levels import Field

Leaf = Callable[[Any], Any]
_PLAIN_LISTS: dict[Any, set[type]] = {
    GraphQLString: {str},
    GraphQLID: {str},
    GraphQLBoolean: {bool},
}
_MEMBERS_MAX = 10_000


class Unusual(Exception):
    """A value has to be completed with more care."""


def leaf_of(field: Field) -> Leaf:
    """A function that completes values of the field, or raises anything at all."""
    named: GraphQLLeafType = field.named  # type: ignore[assignment]  # the field is a leaf
    coerce = named.coerce_output_value
    if field.shape.item is not None:
        return _list_leaf(field)

    members: dict[int, tuple[Any, str]] = {}

    def leaf(value: Any) -> Any:
        """Members of Python enums are remembered: hashing one costs more than its identity."""
        known = members.get(id(value))
        if known is not None:
            return known[1]
        if value is None or value is Undefined or isinstance(value, Exception):
            return _complete(field, value)
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Unusual
        if isinstance(value, enum.Enum) and len(members) < _MEMBERS_MAX:
            members[id(value)] = (value, coerced)
        return coerced

    return leaf


def _list_leaf(field: Field) -> Leaf:
    assert field.shape.item is not None, "the field is a list"
    plain = None if field.shape.item.item else _PLAIN_LISTS.get(field.named)

    def leaf(value: Any) -> Any:
        if value.__class__ is list and plain is not None and plain >= {*map(type, value)}:
            return [*value]
        if not is_kept(field.shape, value):
            raise Unusual
        return _complete(field, value)

    return leaf


def _complete(field: Field, value: Any) -> Any:
    found: list[Fault] = []
    completed = complete_leaf(field, value, found)
    if found:
        raise Unusual
    return completed
