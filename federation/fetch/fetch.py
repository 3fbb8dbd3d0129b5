"""One fetch: what is asked of a subgraph and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from graphql import GraphQLOutputType

ABSENT: Final[Any] = type("Absent", (), {"__repr__": lambda _: "ABSENT"})()
"""Stands in an object that is built for the client where another fetch has its field to add."""
Shown = tuple[tuple[str, GraphQLOutputType | None], ...]
"""Keys and types of what a client sees of an object, in its order; `__typename` has no type."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Display:
    """How the objects of an answer stand in the client's response, for who can build them so."""

    levels: Mapping[tuple[str, ...], tuple[str | None, Shown]]
    """By response keys: the type of the objects there, where it matters, and what is shown."""


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One operation for one subgraph."""

    subgraph: str
    document: str
    """GraphQL text; the same text each time the same plan runs, so that it can be a cache key."""
    operation_kind: str = "query"
    """query, mutation or subscription."""
    variables: Mapping[str, Any] = msgspec.field(default_factory=dict)
    display: Display | None = None
    """An answer may be built this way; it then says so."""


@dataclass(slots=True, kw_only=True)
class FetchResult:
    """What a subgraph answered: response data and raw GraphQL errors."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    """GraphQL errors as response dicts: message, path, extensions."""
    is_displayed: bool = False
    """Its objects are built as they will be shown, with nothing unusual about any value."""
