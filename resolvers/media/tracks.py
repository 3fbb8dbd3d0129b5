"""Finding, publishing and reprocessing tracks."""

from collections.abc import Sequence
from datetime import datetime

from db.outbox import Job
from db.repositories.media.catalogue import MediaRepository
from domain.ids import ArtistId, TrackId
from domain.media import releasing, rules
from domain.media.records import Playable, PlayableState, Track
from domain.media.teams import TeamRole
from domain.messages.commands import ReleaseDue, process_key
from domain.pages import (
    Page,
    PageRequest,
    before_instant,
    before_text,
    build_page,
    instant_cursor,
)
from domain.policies.catalogue import require_role
from domain.policies.media import (
    may_manage_playable,
    may_see_track,
)
from loaders.media.catalogue import PUBLIC_TRACKS, TRACKS_OF_OWNER
from resolvers.context import RequestContext
from resolvers.media.releases import save_track
from resolvers.media.teams import teams_behind, teams_of_viewer

UNDER_WAY = frozenset({PlayableState.UPLOADED, PlayableState.PROCESSING})


async def find_track(ctx: RequestContext, track_id: TrackId) -> Track | None:
    """A track; None where this viewer may not see one."""
    return (await find_tracks(ctx, [track_id]))[0]


async def find_tracks(ctx: RequestContext, track_ids: Sequence[TrackId]) -> list[Track | None]:
    """Tracks by their ids, each as `find_track`."""
    found = await ctx.loaders.media.track_by_id.load_all(track_ids)
    teams = await teams_behind(ctx, found)
    return [each if each and may_see_track(ctx.viewer, each, teams) else None for each in found]


async def list_tracks(ctx: RequestContext, page: PageRequest) -> Page[Track]:
    """Public tracks, the newest publication first; read with whose they are and their albums."""
    at, key = before_instant(page)
    rows = await ctx.read("media").fetch(PUBLIC_TRACKS, at=at, id=key, limit=page.first + 1)
    ctx.loaders.media.artist_by_id.keep({artist.id: artist for _, artist, _ in rows})
    ctx.loaders.media.album_by_id.keep({album.id: album for _, _, album in rows})
    return build_page([track for track, _, _ in rows], page, _by_publication)


async def list_my_tracks(ctx: RequestContext, page: PageRequest) -> Page[Track]:
    """The viewer's own tracks and those of their teams, drafts included, the newest first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    owner_id = ctx.viewer.require_user_id()
    before, limit = before_text(page), page.first + 1
    own = await ctx.read("media").fetch(
        TRACKS_OF_OWNER, owner_id=owner_id, before=before, limit=limit
    )
    teams = await teams_of_viewer(ctx)
    loader = ctx.loaders.media.tracks_by_artist_id(ctx.viewer.sight, limit=limit, before=before)
    of_teams = await loader.load_all(sorted(teams))
    mine = {track.id: track for tracks in (own, *of_teams) for track in tracks}
    rows = sorted(mine.values(), key=lambda track: track.id, reverse=True)[:limit]
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


async def publish_track(
    ctx: RequestContext, track_id: TrackId, *, at: datetime | None = None
) -> Track:
    """Let a track go: public at once when READY, else as soon as it is. Twice is once.

    With an instant to come it is let go by itself then; another one takes the place of the first.

    Raises:
        NotFound: no such track for this viewer.
        Forbidden: the viewer neither owns it nor manages its artist.
        TrackNotReady: its processing failed.
        BadInput: the instant lies too far ahead.
        Conflict: it is published already, and cannot be planned.
    """
    now = ctx.clock.now()
    at = releasing.checked_instant(at, now=now)
    async with ctx.unit_of_work(MediaRepository) as uow:
        found = await uow.rows.lock_track(track_id)
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        track = require_role(ctx.viewer, found, TeamRole.MANAGER, teams)
        published = rules.publish(track, now=now) if at is None else releasing.plan(track, at)
        if published == track:
            return track
        if at is not None:
            await uow.send(ReleaseDue(), available_at=at)
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
