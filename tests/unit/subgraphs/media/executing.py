"""The media subgraph by itself: documents in, answers out."""

from collections.abc import AsyncIterator
from typing import Any

from resolvers.context import RequestContext
from schema.ids import print_id
from subgraphs.media.definition import MEDIA


async def run(ctx: RequestContext, document: str, **variables: Any) -> dict[str, Any]:
    """Execute a document that makes no errors; its data."""
    result = await MEDIA.schema.execute(document, variables, context_value=ctx)
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


async def run_to_code(ctx: RequestContext, document: str, **variables: Any) -> tuple[str, Any]:
    """Execute a document that makes one error; its code, and the data."""
    result = await MEDIA.schema.execute(document, variables, context_value=ctx)
    assert result.errors is not None
    (error,) = result.errors
    return getattr(error.original_error, "code", error.message), result.data


async def follow(
    ctx: RequestContext, document: str, **variables: Any
) -> AsyncIterator[dict[str, Any]]:
    """Run a subscription that makes no errors; the data of each event."""
    events = await MEDIA.schema.subscribe(document, variables, context_value=ctx)
    assert not hasattr(events, "errors"), events
    async for event in events:
        assert event.errors is None, event.errors
        yield event.data


def track_id(key: str = "track-1") -> str:
    """A track's global id."""
    return print_id("Track", key)
