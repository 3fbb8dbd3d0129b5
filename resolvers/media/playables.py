"""What can be played, whatever its kind: each kind has its own use cases beside these."""

from collections.abc import Sequence
from typing import TypeVar

from db.repositories.media.catalogue import MediaRepository
from domain.ids import JobId, PlayableKey, PlayableKind, TrackId, VideoId
from domain.media import rules
from domain.media.object_keys import thumbnail_key
from domain.media.records import Artist, Playable, Track
from domain.media.videos import Channel, Video
from domain.messages.commands import process_command
from domain.policies.catalogue import require_withdraw
from domain.policies.media import require_manage_playable
from errors import NotFound
from resolvers.context import RequestContext
from resolvers.media.albums import albums_of, picture_urls
from resolvers.media.artists import artists_of
from resolvers.media.channels import channels_of
from resolvers.media.releases import save_playable
from resolvers.media.tracks import find_tracks, forget_track
from resolvers.media.videos import find_videos

TrackT = TypeVar("TrackT")
VideoT = TypeVar("VideoT")

Creator = Artist | Channel


async def find_playables(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[Playable | None]:
    """Playables by their keys; None where this viewer may not see one. One read for each kind."""
    tracks = await find_tracks(ctx, [TrackId(key.id) for key in keys if _is_track(key)])
    videos = await find_videos(ctx, [VideoId(key.id) for key in keys if not _is_track(key)])
    return _merge([_is_track(key) for key in keys], tracks, videos)


async def get_playables(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[Playable]:
    """All of them.

    Raises:
        NotFound: one is not there for this viewer.
    """
    found = [each for each in await find_playables(ctx, keys) if each is not None]
    if len(found) != len(keys):
        raise NotFound("There is no such thing to play.", field="playableIds")
    return found


async def creators_of(ctx: RequestContext, playables: Sequence[Playable]) -> list[Creator]:
    """Whose each is: a track's artist, a video's channel."""
    tracks, videos = _by_kind(playables)
    artists, channels = await artists_of(ctx, tracks), await channels_of(ctx, videos)
    return _merge([isinstance(each, Track) for each in playables], artists, channels)


async def cover_urls_of(ctx: RequestContext, playables: Sequence[Playable]) -> list[str | None]:
    """The signed address of each one's picture: a track's album's cover, a moment of a video."""
    tracks, videos = _by_kind(playables)
    covers = [album.cover_key for album in await albums_of(ctx, tracks)]
    posters = [_poster_key(video) for video in videos]
    keys = _merge([isinstance(each, Track) for each in playables], covers, posters)
    return picture_urls(ctx, keys)


async def unpublish(ctx: RequestContext, key: PlayableKey) -> Playable:
    """Take something back: from now on only its owner and admins see it. Twice is once.

    Raises:
        NotFound: there is no such thing for this viewer.
        Forbidden: the viewer neither owns it nor manages its artist, nor is an admin.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        found = await uow.rows.lock_playable(key)
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        playable = require_withdraw(ctx.viewer, found, teams)
        hidden = rules.unpublish(playable)
        if hidden == playable:
            return playable
        hidden = await save_playable(uow, hidden, ctx.clock)
        await uow.commit()
    forget_playable(ctx, hidden)
    return hidden


async def retry_processing(ctx: RequestContext, key: PlayableKey) -> tuple[Playable, JobId]:
    """Process what failed anew, or what lost its job; a job under way goes on.

    Raises:
        NotFound: there is no such thing for this viewer.
        Forbidden: the viewer neither owns it nor is an admin.
        Conflict: it is READY, or has no file.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        playable = require_manage_playable(ctx.viewer, await uow.rows.lock_playable(key))
        retried = rules.retry(playable)
        if retried != playable:
            retried = await save_playable(uow, retried, ctx.clock)
        job_id = await uow.send(process_command(key), owner_id=playable.owner_id)
        await uow.commit()
    forget_playable(ctx, retried)
    return retried, job_id


def forget_playable(ctx: RequestContext, playable: Playable) -> None:
    """Let this request read something changed anew."""
    match playable:
        case Track():
            forget_track(ctx, playable)
        case Video():
            ctx.loaders.media.video_by_id.clear(playable.id)


def _poster_key(video: Video) -> str | None:
    """The largest picture of a video; None until there is one."""
    if video.hls_key is None or not video.thumbnail_widths:
        return None
    return thumbnail_key(video.hls_key, video.thumbnail_widths[-1], "jpg")


def _is_track(key: PlayableKey) -> bool:
    return key.kind is PlayableKind.TRACK


def _by_kind(playables: Sequence[Playable]) -> tuple[list[Track], list[Video]]:
    tracks = [each for each in playables if isinstance(each, Track)]
    videos = [each for each in playables if isinstance(each, Video)]
    return tracks, videos


def _merge(
    are_tracks: Sequence[bool], tracks: Sequence[TrackT], videos: Sequence[VideoT]
) -> list[TrackT | VideoT]:
    """Answers of both kinds in the order of what was asked."""
    of_tracks, of_videos = iter(tracks), iter(videos)
    return [next(of_tracks) if is_track else next(of_videos) for is_track in are_tracks]
