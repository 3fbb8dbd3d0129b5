"""How an answer may be built so that nothing is left to do but to send it to the client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import GraphQLOutputType

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""Stands in an object that is built for the client where another fetch has its field to add."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a client sees of the objects at one place of an answer."""

    type_name: str | None
    """Their type; None where it is for the subgraph to say."""
    types: Mapping[str, GraphQLOutputType | None]
    """By key; `__typename` has no type."""
    keys: tuple[str, ...] = ()
    """In order, those of other fetches included; none where fields are added to other objects."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Display:
    """How the objects of an answer stand in the client's response, for who can build them so."""

    levels: Mapping[tuple[str, ...], Shown]
    """By response keys."""
    places: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """By response keys: where the gateway would look for the objects that are built there, and
    may be given them."""


def without_absent(value: Any, seen: set[int]) -> None:
    """Take out of a tree what has not been added to it."""
    if isinstance(value, list):
        for item in value:
            without_absent(item, seen)
    elif isinstance(value, dict) and id(value) not in seen:
        seen.add(id(value))
        for key in [key for key, each in value.items() if each is ABSENT]:
            del value[key]
        for each in value.values():
            without_absent(each, seen)
