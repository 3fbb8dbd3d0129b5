"""The one protocol by which the engine reaches a subgraph, in this process or far away."""

import math
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Protocol

from federation.fetch.fetch import FetchRequest, FetchResult


class Transport(Protocol):
    """Runs fetches on one subgraph.

    `context` is opaque to the engine: what the web layer gave for this request.
    A transport never raises for what a subgraph did wrong; it answers with errors. Cancellation
    passes through it. One that ends each fetch in time says so by an attribute `seconds_max`, and
    one that can answer at once has a method `begin`; see there.
    """

    async def warm(self, request: FetchRequest) -> None:
        """Make ready for requests with this document; its variables are those known before."""
        ...

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Run a query or mutation."""
        ...

    def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        """Open a subscription; one result for each event."""
        ...


def begin(
    transport: Transport, request: FetchRequest, context: Any
) -> FetchResult | Coroutine[Any, Any, FetchResult]:
    """Run a query or mutation: its answer where nothing has to wait, else as `fetch`."""
    begun: FetchResult | Coroutine[Any, Any, FetchResult]
    begun = getattr(transport, "begin", transport.fetch)(request, context)
    return begun


def displays_answers(transport: Transport) -> bool:
    """Whether it can build answers as they will be shown; one that says nothing cannot."""
    return getattr(transport, "displays", False) is True


def seconds_max_of(transport: Transport) -> float:
    """How long a fetch takes before the transport itself ends it; others never do."""
    seconds: float = getattr(transport, "seconds_max", math.inf)
    return seconds
