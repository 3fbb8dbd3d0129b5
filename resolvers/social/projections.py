"""What social keeps of other domains, and what follows from it."""

from collections.abc import Sequence

from db.repositories.social import SocialRepository
from domain.ids import PlayableKey, PlayableKind
from domain.messages.events import TrackChanged
from domain.policies.social import may_see_playable
from domain.social.records import KnownPlayable
from loaders.social import PlayableStats, nothing_of
from resolvers.context import RequestContext, UseCaseContext


async def keep_track(ctx: UseCaseContext, event: TrackChanged) -> None:
    """Take over media's newest word on a track; an older one is ignored."""
    async with ctx.unit_of_work(SocialRepository) as uow:
        await uow.rows.keep_playable(
            KnownPlayable(
                playable=str(PlayableKey(PlayableKind.TRACK, event.track_id)),
                artist_id=event.artist_id,
                owner_id=event.owner_id,
                is_public=event.is_public,
                version=event.version,
            )
        )
        await uow.commit()


async def are_hidden(ctx: RequestContext, playables: Sequence[str]) -> list[bool]:
    """Whether each is somebody's draft to the viewer, by whatever road they came to its key.

    What social has not heard of hides nothing: nobody can have said anything about it.
    """
    known = await ctx.loaders.social.known_playable_by_key.load_all(playables)
    return [each is not None and not may_see_playable(ctx.viewer, each) for each in known]


async def find_stats(
    ctx: RequestContext, keys: Sequence[PlayableKey]
) -> list[PlayableStats | None]:
    """The counters of each; None for what the viewer may not see."""
    playables = [str(key) for key in keys]
    hidden = await are_hidden(ctx, playables)
    if all(hidden):
        return [None] * len(keys)
    seen = [each for each, is_hidden in zip(playables, hidden, strict=True) if not is_hidden]
    found = await ctx.loaders.social.playable_stats_by_key.load_all(seen)
    stats = dict(zip(seen, found, strict=True))
    return [
        None if is_hidden else stats[playable] or nothing_of(playable)
        for playable, is_hidden in zip(playables, hidden, strict=True)
    ]
