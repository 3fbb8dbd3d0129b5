"""Going on where a lost connection ended: positions and gaps, as clients are told of them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from domain.messages.bookmark import Bookmark
from federation.engine import GraphQLResponse
from web.wire.graphql_params import GraphQLParams
from web.wire.refusals import BadRequest

GAP_ADVICE = "Events were lost here. Read the state anew; what comes after this is told."


def position_asked_for(params: GraphQLParams) -> str | None:
    """The position in `extensions.resume` that the client goes on after; None: from now on.

    What stands in it is the bus's to judge: a position it does not know is a gap.

    Raises:
        BadRequest: `extensions.resume` is no object, or its position no text.
    """
    resume = params.extensions.get("resume") or {}
    position = resume.get("position") if isinstance(resume, dict) else resume
    if not isinstance(resume, dict) or not isinstance(position, str | None):
        raise BadRequest('`extensions.resume` must be {} or {"position": "…"}.')
    return position


def bookmark_for(
    params: GraphQLParams, tell: Callable[[GraphQLResponse], Awaitable[None]]
) -> Bookmark:
    """Where an operation goes on; its reader hears of gaps at once, of all else on demand.

    Raises:
        BadRequest: as `position_asked_for`.
    """
    wants_positions = "resume" in params.extensions

    async def tell_between(bookmark: Bookmark) -> None:
        if bookmark.has_gap or wants_positions:
            await tell(marker(bookmark))

    return Bookmark(after=position_asked_for(params), tell=tell_between)


def with_position(response: GraphQLResponse, bookmark: Bookmark) -> GraphQLResponse:
    """An answer that tells where its reader stands, where that is known; gaps are told once."""
    if bookmark.position is None and not bookmark.has_gap:
        return response
    extensions = {**response.extensions, **_take_extensions(bookmark)}
    return replace(response, extensions=extensions, written=None)


def marker(bookmark: Bookmark) -> GraphQLResponse:
    """An answer without data, that tells of a position or a gap between two events."""
    return GraphQLResponse(extensions=_take_extensions(bookmark))


def _take_extensions(bookmark: Bookmark) -> dict[str, Any]:
    extensions: dict[str, Any] = {}
    if bookmark.position is not None:
        extensions["resume"] = {"position": bookmark.position}
    if bookmark.has_gap:
        extensions |= {"gap": True, "advice": GAP_ADVICE}
        bookmark.has_gap = False
    return extensions
