"""Sees to it that a program builds its objects as the client will see them.

What the client's schema promises of a field has to follow from what the subgraph's promises: then
a value that is complete for the one is complete for the other.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType

from federation.fetch.display import Display, Shown
from federation.program.levels import Field, Level


def display_levels(levels: Iterable[Level], display: Display) -> None:
    """Tell each level what is shown of its objects; without it they are only for the gateway."""
    for level in levels:
        shown = display.levels.get(level.path)
        if shown is not None and _is_shown(level, shown):
            level.shown = shown
            level.place = display.places.get(level.path)


def _is_shown(level: Level, shown: Shown) -> bool:
    """Whether a level gives the objects and fields that the client is promised."""
    is_expected = shown.type_name in (None, level.type.name) and bool(level.fields)
    return is_expected and all(_fits(each, shown.types) for each in level.fields)


def _fits(field: Field, types: Mapping[str, GraphQLOutputType | None]) -> bool:
    if field.key not in types:
        return True
    type_ = types[field.key]
    if type_ is None or field.is_typename:
        return type_ is None and field.is_typename
    return _promises(field.definition.type, type_)


def _promises(given: Any, wanted: Any) -> bool:
    """Whether every complete value of one type is one of the other."""
    if isinstance(wanted, GraphQLNonNull):
        return isinstance(given, GraphQLNonNull) and _promises(given.of_type, wanted.of_type)
    if isinstance(given, GraphQLNonNull):
        return _promises(given.of_type, wanted)
    if isinstance(given, GraphQLList):
        return isinstance(wanted, GraphQLList) and _promises(given.of_type, wanted.of_type)
    if isinstance(given, GraphQLEnumType):
        return isinstance(wanted, GraphQLEnumType) and given.values.keys() <= wanted.values.keys()
    return bool(given.name == getattr(wanted, "name", None))
