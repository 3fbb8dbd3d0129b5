"""Tasks of the social domain."""

from domain.messages.events import AlbumReleased, TrackChanged, VideoChanged
from resolvers.social.notifications import notify_followers as tell_followers
from resolvers.social.projections import keep_track, keep_video
from workers.context import WorkerContext
from workers.registry import on


@on(TrackChanged, name="social.keep_track")
async def keep_changed_track(event: TrackChanged, ctx: WorkerContext) -> None:
    """Keep what social needs to know of a track; an older version changes nothing."""
    await keep_track(ctx, event)


@on(VideoChanged, name="social.keep_video")
async def keep_changed_video(event: VideoChanged, ctx: WorkerContext) -> None:
    """Keep what social needs to know of a video; an older version changes nothing."""
    await keep_video(ctx, event)


@on(AlbumReleased, name="social.notify_followers", seconds_max=600)
async def notify_followers(event: AlbumReleased, ctx: WorkerContext) -> None:
    """Tell the artist's followers; each is told once, however often this runs."""
    await tell_followers(ctx, event)
