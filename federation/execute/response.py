"""Requests and responses as the front of the engine speaks of them."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import msgspec

from federation.errors import FederationError, PlanningError, RequestError
from federation.operation.cache_policy import CachePolicy


class GraphQLRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One GraphQL request, as the transport over HTTP or WebSocket read it."""

    document: str
    variables: Mapping[str, Any] = msgspec.field(default_factory=dict)
    operation_name: str | None = None
    explain: bool = False
    """Adds `extensions.explain`: the fetches that ran."""
    tells_cost: bool = False
    """Adds `extensions.cost`: what was estimated, what it came to, and the limit."""
    rollout_key: str | None = None
    """Whom `@override(label: "percent(n)")` is decided for: the same key, the same side."""


@dataclass(slots=True, kw_only=True)
class GraphQLResponse:
    """One GraphQL response; `data` is absent when the request never began to execute."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    has_data: bool = True
    """False for a request error (syntax, validation, unknown operation): no `data` key is sent."""
    written: bytes | None = field(default=None, compare=False, repr=False)
    """The response as JSON, kept by who wrote it: many subscribers may be told the same."""
    caching: CachePolicy | None = field(default=None, compare=False)
    """How long it may be kept and for whom; None for not at all."""


def refused(fault: FederationError) -> GraphQLResponse:
    """The response to a request that never began to execute."""
    fault.with_traceback(None)  # it may be kept, and must not keep the request that met it
    if isinstance(fault, RequestError):
        return GraphQLResponse(errors=deepcopy(fault.errors), has_data=False)
    told = {"message": fault.message, "extensions": {"code": fault.code}}
    assert isinstance(fault, PlanningError), "nothing else is raised before execution"
    return GraphQLResponse(errors=[told], has_data=False)
