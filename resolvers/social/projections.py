"""What social keeps of other domains, and what follows from it."""

from collections.abc import Sequence

from db.repositories.social import SocialRepository
from domain.ids import PlayableKey, PlayableKind
from domain.messages.events import PlayableKept, TrackChanged, VideoChanged
from domain.policies.social import may_see_playable
from domain.social.records import KnownPlayable, PlayableStats
from resolvers.context import RequestContext, UseCaseContext


async def keep_track(ctx: UseCaseContext, event: TrackChanged) -> None:
    """Take over media's newest word on a track; an older one is ignored."""
    await _keep(
        ctx,
        KnownPlayable(
            playable=str(PlayableKey(PlayableKind.TRACK, event.track_id)),
            artist_id=event.artist_id,
            owner_id=event.owner_id,
            is_public=event.is_public,
            version=event.version,
        ),
    )


async def keep_video(ctx: UseCaseContext, event: VideoChanged) -> None:
    """Take over media's newest word on a video; an older one is ignored."""
    await _keep(
        ctx,
        KnownPlayable(
            playable=str(PlayableKey(PlayableKind.VIDEO, event.video_id)),
            artist_id=None,
            owner_id=event.owner_id,
            is_public=event.is_public,
            version=event.version,
        ),
    )


async def _keep(ctx: UseCaseContext, known: KnownPlayable) -> None:
    async with ctx.unit_of_work(SocialRepository) as uow:
        await uow.rows.keep_playable(known)
        await uow.publish(PlayableKept(playable=known.playable))
        await uow.commit()


async def are_hidden(ctx: RequestContext, playables: Sequence[str]) -> list[bool]:
    """Whether each is somebody's draft to the viewer, by whatever road they came to its key."""
    return [stats is None for stats in await _find_stats(ctx, playables)]


async def find_stats(
    ctx: RequestContext, keys: Sequence[PlayableKey]
) -> list[PlayableStats | None]:
    """The counters of each; None for what the viewer may not see."""
    return await _find_stats(ctx, [str(key) for key in keys])


async def _find_stats(ctx: RequestContext, playables: Sequence[str]) -> list[PlayableStats | None]:
    found = await ctx.loaders.social.playable_stats_by_key.load_all(playables)
    return [each if each and may_see_playable(ctx.viewer, each) else None for each in found]
