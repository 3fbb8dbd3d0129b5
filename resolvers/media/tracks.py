"""Finding, publishing and reprocessing tracks."""

from collections.abc import Sequence

from db.outbox import Job
from db.repositories.media.catalogue import MediaRepository
from domain.ids import ArtistId, TrackId
from domain.media import rules
from domain.media.records import Playable, PlayableState, Track
from domain.messages.commands import process_key
from domain.pages import (
    Page,
    PageRequest,
    before_instant,
    before_text,
    build_page,
    instant_cursor,
)
from domain.policies.media import (
    may_manage_playable,
    may_see_track,
    require_own_track,
)
from loaders.media.catalogue import PUBLIC_TRACKS, TRACKS_OF_OWNER
from resolvers.context import RequestContext
from resolvers.media.releases import save_track

UNDER_WAY = frozenset({PlayableState.UPLOADED, PlayableState.PROCESSING})


async def find_track(ctx: RequestContext, track_id: TrackId) -> Track | None:
    """A track; None where this viewer may not see one."""
    return (await find_tracks(ctx, [track_id]))[0]


async def find_tracks(ctx: RequestContext, track_ids: Sequence[TrackId]) -> list[Track | None]:
    """Tracks by their ids, each as `find_track`."""
    found = await ctx.loaders.media.track_by_id.load_all(track_ids)
    return [each if each and may_see_track(ctx.viewer, each) else None for each in found]


async def list_tracks(ctx: RequestContext, page: PageRequest) -> Page[Track]:
    """Public tracks, the newest publication first; read with whose they are and their albums."""
    at, key = before_instant(page)
    rows = await ctx.read("media").fetch(PUBLIC_TRACKS, at=at, id=key, limit=page.first + 1)
    ctx.loaders.media.artist_by_id.keep({artist.id: artist for _, artist, _ in rows})
    ctx.loaders.media.album_by_id.keep({album.id: album for _, _, album in rows})
    return build_page([track for track, _, _ in rows], page, _by_publication)


async def list_my_tracks(ctx: RequestContext, page: PageRequest) -> Page[Track]:
    """The viewer's own tracks, drafts included, the newest first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    owner_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        TRACKS_OF_OWNER, owner_id=owner_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda track: (track.id,))


async def list_tracks_of_artists(
    ctx: RequestContext, artist_ids: Sequence[ArtistId], page: PageRequest
) -> list[Page[Track]]:
    """Each artist's tracks that the viewer may see, the newest first."""
    loader = ctx.loaders.media.tracks_by_artist_id(
        ctx.viewer.sight, limit=page.first + 1, before=before_text(page)
    )
    found = await loader.load_all(artist_ids)
    return [build_page(rows, page, lambda track: (track.id,)) for rows in found]


async def jobs_of(ctx: RequestContext, tracks: Sequence[Playable]) -> list[Job | None]:
    """Each one's processing that is under way, for whoever looks after the track.

    What is READY is processed too, where its owner asked for that; nobody else is told.
    """
    keys = {
        track.id: process_key(track.id)
        for track in tracks
        if track.state in UNDER_WAY or may_manage_playable(ctx.viewer, track)
    }
    if not keys:
        return [None] * len(tracks)
    found = await ctx.loaders.jobs("media").unfinished_by_dedupe_key.load_all(list(keys.values()))
    jobs = {each.dedupe_key: each.job for each in found if each is not None}
    return [jobs.get(keys.get(track.id, "")) for track in tracks]


async def progress_of(ctx: RequestContext, tracks: Sequence[Playable]) -> list[float | None]:
    """How far the processing of each is, from 0 to 1; None when it failed."""
    under_way = [track for track in tracks if track.state in UNDER_WAY]
    found = iter(await jobs_of(ctx, under_way))
    jobs = [next(found) if track.state in UNDER_WAY else None for track in tracks]
    return [_progress(track, job) for track, job in zip(tracks, jobs, strict=True)]


def _progress(track: Playable, job: Job | None) -> float | None:
    match track.state:
        case PlayableState.READY:
            return 1.0
        case PlayableState.FAILED:
            return None
    return 0.0 if job is None else job.progress


async def publish_track(ctx: RequestContext, track_id: TrackId) -> Track:
    """Let a track go: public at once when READY, else as soon as it is. Twice is once.

    Raises:
        NotFound: no such track for this viewer.
        Forbidden: the viewer does not own it.
        TrackNotReady: its processing failed.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = require_own_track(ctx.viewer, await uow.rows.lock_track(track_id))
        published = rules.publish(track, now=ctx.clock.now())
        if published == track:
            return track
        published = await save_track(uow, published, ctx.clock)
        await uow.commit()
    forget_track(ctx, published)
    return published


def forget_track(ctx: RequestContext, track: Track) -> None:
    """Let this request read a changed track and its album anew."""
    ctx.loaders.media.track_by_id.clear(track.id)
    ctx.loaders.media.album_by_id.clear(track.album_id)
    ctx.loaders.media.artist_by_id.clear(track.artist_id)


def _by_publication(track: Track) -> tuple[int, str]:
    assert track.published_at is not None, "public tracks are published"
    return instant_cursor(track.published_at), track.id
