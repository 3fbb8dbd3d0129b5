"""Albums let go and taken back as a whole, and what is let go by itself when its instant comes."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId, TrackId
from domain.media import releasing, rules
from domain.media.records import Album, PlayableState, Track
from domain.media.teams import TeamRole
from domain.messages.commands import ReleaseDue
from domain.policies.catalogue import require_role
from errors import Conflict, TooLarge, TrackNotReady
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.releases import MediaWork, save_album, save_track
from resolvers.media.tracks import forget_track

TRACKS_MAX: Final = 1_000
"""Tracks of an album that go out, or are taken back, in one commit."""
SLICE: Final = 100
"""What is due is looked for so many at a time."""


async def publish_album(ctx: RequestContext, album_id: AlbumId, *, at: datetime | None) -> Album:
    """Let an album go with all its tracks: now, or by itself at an instant to come.

    Each track is public as soon as it is READY. Another instant takes the place of one that was
    planned. Twice is once.

    Raises:
        NotFound, Forbidden: it is not there for the viewer, or not theirs to release.
        BadInput: the instant lies too far ahead.
        Conflict: it has no tracks, or is out already and can only be taken back.
        TrackNotReady: the processing of one of its tracks failed.
        TooLarge: it has too many tracks.
    """
    now = ctx.clock.now()
    at = releasing.checked_instant(at, now=now)
    async with ctx.unit_of_work(MediaRepository) as uow:
        tracks, album = await _lock_album(ctx, uow, album_id)
        _require_fit(tracks)
        if at is not None:
            album = await _plan_album(uow, album, at)
        else:
            album = await _publish(ctx, uow, album, tracks, now)
        await uow.commit()
    _forget(ctx, album, tracks)
    return album


async def unpublish_album(ctx: RequestContext, album_id: AlbumId) -> Album:
    """Take an album back with all its tracks, and what was planned for it. Twice is once.

    Raises:
        NotFound, Forbidden: it is not there for the viewer, or not theirs to take back.
        TooLarge: it has too many tracks.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        tracks, album = await _lock_album(ctx, uow, album_id)
        for track in tracks:
            hidden = rules.unpublish(track)
            if hidden != track:
                await save_track(uow, hidden, ctx.clock)
        withdrawn = releasing.withdraw(album, now=ctx.clock.now())
        if withdrawn != album:
            album = await save_album(uow, withdrawn)
        await uow.commit()
    _forget(ctx, album, tracks)
    return album


async def let_go_due(ctx: UseCaseContext) -> None:
    """Let go whatever is due. Safe to run twice, and beside itself.

    Each goes in a commit of its own, which finds it due under its lock: so it goes once.
    """
    while True:
        async with ctx.unit_of_work(MediaRepository) as uow:
            albums = await uow.rows.list_due_albums(ctx.clock.now(), limit=SLICE)
            tracks = await uow.rows.list_due_tracks(ctx.clock.now(), limit=SLICE)
        for album_id in albums:
            await _let_album_go(ctx, album_id)
        for track_id in tracks:
            await _let_track_go(ctx, track_id)
        if len(albums) < SLICE and len(tracks) < SLICE:
            return


async def _let_track_go(ctx: UseCaseContext, track_id: TrackId) -> None:
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(track_id)
        if track is None:
            return
        released = releasing.let_go(track, now=ctx.clock.now())
        if released != track:
            await save_track(uow, released, ctx.clock)
            await uow.commit()


async def _let_album_go(ctx: UseCaseContext, album_id: AlbumId) -> None:
    async with ctx.unit_of_work(MediaRepository) as uow:
        tracks = await uow.rows.lock_tracks_of_album(album_id, limit=TRACKS_MAX)
        album = await uow.rows.get_album(album_id)
        at = album.release_at
        if at is None or at > ctx.clock.now():
            return
        kept = [track for track in tracks if track.state is not PlayableState.FAILED]
        await _publish(ctx, uow, album, kept, at)
        await uow.commit()


async def _publish(
    ctx: UseCaseContext, uow: MediaWork, album: Album, tracks: list[Track], at: datetime
) -> Album:
    """Let the tracks go; the first public one shows the album and the artist."""
    for track in tracks:
        published = rules.publish(track, now=at)
        if published != track:
            await save_track(uow, published, ctx.clock)
    now = await uow.rows.get_album(album.id)
    return now if now.release_at is None else await save_album(uow, replace(now, release_at=None))


async def _plan_album(uow: MediaWork, album: Album, at: datetime) -> Album:
    planned = releasing.plan_album(album, at)
    if planned == album:
        return album
    await uow.send(ReleaseDue(), available_at=at)
    return await save_album(uow, planned)


async def _lock_album(
    ctx: RequestContext, uow: MediaWork, album_id: AlbumId
) -> tuple[list[Track], Album]:
    """An album that the viewer releases, behind its tracks, as in a release."""
    tracks = await uow.rows.lock_tracks_of_album(album_id, limit=TRACKS_MAX + 1)
    found = await uow.rows.lock_album(album_id)
    teams = await uow.rows.teams_of(ctx.viewer.user_id)
    album = require_role(ctx.viewer, found, TeamRole.MANAGER, teams)
    if len(tracks) > TRACKS_MAX:
        raise TooLarge(f"An album of {TRACKS_MAX} tracks at most is released as a whole.")
    return tracks, album


def _require_fit(tracks: list[Track]) -> None:
    """An album goes out whole or not at all."""
    if not tracks:
        raise Conflict("This album has no tracks yet.", field="albumId")
    failed = next((each for each in tracks if each.state is PlayableState.FAILED), None)
    if failed is not None:
        raise TrackNotReady(
            f"Processing of {failed.title!r} failed; retry, replace or delete it.", field="albumId"
        )


def _forget(ctx: RequestContext, album: Album, tracks: list[Track]) -> None:
    ctx.loaders.media.album_by_id.clear(album.id)
    for track in tracks:
        forget_track(ctx, track)
