"""What an operation with deferred fragments answers, piece by piece.

Neutral to the wire: newer clients read `pending`, `incremental` and `completed` by id, older ones
read an item's label and whole path.
"""

from dataclasses import dataclass, field
from typing import Any

from federation.execute.error_paths import Error
from federation.execute.response import GraphQLResponse
from federation.execute.tree import ClientPath


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFragment:
    """A deferred fragment at one object, which later payloads deliver."""

    id: str
    path: ClientPath
    """The object that the fragment stands in."""
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeferredItem:
    """Fields that are added to one object."""

    id: str
    """The pending fragment they are part of."""
    path: ClientPath
    """The object, from the root of the response."""
    sub_path: ClientPath
    """The object, from where the fragment stands."""
    label: str | None
    data: dict[str, Any]
    errors: list[Error] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedFragment:
    """A fragment of which nothing more comes."""

    id: str
    path: ClientPath
    label: str | None = None
    errors: list[Error] = field(default_factory=list)
    """Why it is not there as a whole: a null that none of its fields may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncrementalPayload:
    """One payload; only the first has `data` and `extensions` of its own."""

    is_initial: bool = False
    data: dict[str, Any] | None = None
    errors: list[Error] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    has_data: bool = True
    """False for a request error, as in GraphQLResponse."""
    pending: tuple[PendingFragment, ...] = ()
    incremental: tuple[DeferredItem, ...] = ()
    completed: tuple[CompletedFragment, ...] = ()
    has_next: bool = False


def first_payload(
    response: GraphQLResponse,
    pending: tuple[PendingFragment, ...] = (),
    *,
    has_next: bool = False,
) -> IncrementalPayload:
    """The first payload of a response."""
    return IncrementalPayload(
        is_initial=True,
        data=response.data,
        errors=response.errors,
        extensions=response.extensions,
        has_data=response.has_data,
        pending=pending,
        has_next=has_next,
    )
