"""What sessions and queues name: read by the texts of their rows, if it can be heard."""

from collections.abc import Sequence

from domain.ids import PlayableKey
from domain.media.records import Playable
from errors import NotFound
from resolvers.context import RequestContext
from resolvers.media.availability import reasons_of, require_available
from resolvers.media.playables import find_playables


async def find_named(ctx: RequestContext, names: Sequence[str]) -> list[Playable | None]:
    """What the viewer may see of them, in their order; one read for each kind."""
    return await find_playables(ctx, [PlayableKey.parse(name) for name in names])


async def require_playables(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[Playable]:
    """All of them, each once and ready to be heard where the viewer is.

    Raises:
        NotFound: one is not there for this viewer.
        TrackNotReady: one cannot be heard yet.
        NotAvailableHere: the rights in one do not hold where the viewer is.
    """
    wanted = list(dict.fromkeys(keys))
    found = await find_playables(ctx, wanted)
    playables = [each for each in found if each is not None]
    if len(playables) < len(wanted):
        raise NotFound("There is no such thing to play.", field="playableId")
    await require_available(ctx, playables)
    return playables


async def heard_of(ctx: RequestContext, names: Sequence[str]) -> set[str]:
    """Those that the viewer can see and hear now."""
    found = await find_named(ctx, list(dict.fromkeys(names)))
    playables = [each for each in found if each is not None]
    reasons = await reasons_of(ctx, playables)
    return {
        str(each.playable)
        for each, reason in zip(playables, reasons, strict=True)
        if reason is None
    }
