"""What sessions and queues name: read by the texts of their rows, if it can be heard."""

from collections.abc import Sequence

from domain.ids import PlayableKey
from domain.media.records import Playable, PlayableState
from errors import NotFound, TrackNotReady
from resolvers.context import RequestContext
from resolvers.media.playables import find_playables


async def find_named(ctx: RequestContext, names: Sequence[str]) -> list[Playable | None]:
    """What the viewer may see of them, in their order; one read for each kind."""
    return await find_playables(ctx, [PlayableKey.parse(name) for name in names])


async def require_playables(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[Playable]:
    """All of them, each once and ready to be heard.

    Raises:
        NotFound: one is not there for this viewer.
        TrackNotReady: one cannot be heard yet.
    """
    wanted = list(dict.fromkeys(keys))
    found = await find_playables(ctx, wanted)
    playables = [each for each in found if each is not None]
    if len(playables) < len(wanted):
        raise NotFound("There is no such thing to play.", field="playableId")
    if any(each.state is not PlayableState.READY for each in playables):
        raise TrackNotReady("This cannot be heard yet.", field="playableId")
    return playables


async def heard_of(ctx: RequestContext, names: Sequence[str]) -> set[str]:
    """Those that the viewer can see and hear now."""
    wanted = list(dict.fromkeys(names))
    return {
        name
        for name, playable in zip(wanted, await find_named(ctx, wanted), strict=True)
        if playable is not None and playable.state is PlayableState.READY
    }
