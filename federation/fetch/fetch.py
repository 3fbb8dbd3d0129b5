"""One fetch: what is asked of a subgraph and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from federation.fetch.display import Display
from federation.operation.freshness import Freshness


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
    built: Mapping[int, list[dict[str, Any]]] | None = None
    """Of these, what was built at the places that its `Display` names."""
    freshness: Freshness | None = None
    """How long the subgraph says that it may be kept; None: it says nothing."""
    is_refusal: bool = False
    """The subgraph refuses a subscription: nothing was told yet, and nothing will be."""
