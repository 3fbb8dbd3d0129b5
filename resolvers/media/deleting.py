"""Taking artists, albums and tracks out of the catalogue: hidden at once, and for good.

Rows stay as tombstones: plays, tokens and statements refer to them. What is deleted is seen by
nobody, its owner included, and other domains are told in the same commit. Tracks are locked
before their albums, and those before the artist, as in a release.
"""

from collections.abc import Sequence
from typing import Final

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId, ArtistId, TrackId
from domain.media import editing as rules
from domain.media.records import Album, Artist, Track
from domain.media.teams import TeamRole
from domain.policies.catalogue import has_role, require_own_artist, require_role
from errors import TooLarge
from resolvers.context import RequestContext
from resolvers.media.album_loudness import measure_album
from resolvers.media.releases import MediaWork, save_album, save_artist, save_track
from resolvers.media.tracks import forget_track

DELETED_AT_ONCE_MAX: Final = 1_000
"""Tracks, or albums, that go in one commit with what they stand on."""


async def delete_track(ctx: RequestContext, track_id: TrackId, *, version: int | None) -> Track:
    """Delete a track. Twice is once.

    Raises:
        NotFound, Forbidden: it is not there for the viewer, or not theirs to delete.
        Conflict: it has moved on since the viewer saw it in this version.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(track_id)
        if track is not None and await _was_deleted(ctx, uow, track):
            return track
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        found = require_role(ctx.viewer, track, TeamRole.MANAGER, teams)
        rules.require_version(found, version)
        deleted = await _delete_track(ctx, uow, found)
        await measure_album(uow, deleted.album_id)
        await uow.commit()
    forget_track(ctx, deleted)
    return deleted


async def delete_album(ctx: RequestContext, album_id: AlbumId, *, version: int | None) -> Album:
    """Delete an album and the tracks on it. Twice is once.

    Raises as `delete_track` does, and:
        TooLarge: it has too many tracks; delete some of them first.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        tracks = await uow.rows.lock_tracks_of_album(album_id, limit=DELETED_AT_ONCE_MAX + 1)
        album = await uow.rows.lock_album(album_id)
        if album is not None and await _was_deleted(ctx, uow, album):
            return album
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        found = require_role(ctx.viewer, album, TeamRole.MANAGER, teams)
        rules.require_version(found, version)
        deleted = await _delete_album(ctx, uow, found)
        # Those that came between the two locks wait for nobody now: the album is held.
        tracks = await uow.rows.lock_tracks_of_album(album_id, limit=DELETED_AT_ONCE_MAX + 1)
        await _delete_tracks(ctx, uow, tracks)
        await uow.commit()
    return deleted


async def delete_artist(ctx: RequestContext, artist_id: ArtistId, *, version: int | None) -> Artist:
    """Delete an artist with all their albums and tracks, wherever those stand. Twice is once.

    Raises as `delete_album` does; only the owner may.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        await uow.rows.lock_tracks_of_artist(artist_id, limit=DELETED_AT_ONCE_MAX + 1)
        albums = await uow.rows.lock_albums_of_artist(artist_id, limit=DELETED_AT_ONCE_MAX + 1)
        artist = await uow.rows.lock_artist(artist_id)
        if artist is not None and await _was_deleted(ctx, uow, artist):
            return artist
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        found = require_own_artist(ctx.viewer, artist, teams)
        rules.require_version(found, version)
        deleted = await save_artist(uow, rules.delete_artist(found, now=ctx.clock.now()))
        _require_few(albums)
        for album in albums:
            await _delete_album(ctx, uow, album)
        tracks = await uow.rows.lock_tracks_of_artist(artist_id, limit=DELETED_AT_ONCE_MAX + 1)
        await _delete_tracks(ctx, uow, tracks)
        await uow.commit()
    ctx.loaders.media.artist_by_id.clear(artist_id)
    return deleted


async def _delete_track(ctx: RequestContext, uow: MediaWork, track: Track) -> Track:
    return await save_track(uow, rules.delete_track(track, now=ctx.clock.now()), ctx.clock)


async def _delete_tracks(ctx: RequestContext, uow: MediaWork, tracks: Sequence[Track]) -> None:
    _require_few(tracks)
    for track in tracks:
        forget_track(ctx, await _delete_track(ctx, uow, track))


async def _delete_album(ctx: RequestContext, uow: MediaWork, album: Album) -> Album:
    ctx.loaders.media.album_by_id.clear(album.id)
    return await save_album(uow, rules.delete_album(album, now=ctx.clock.now()))


async def _was_deleted(ctx: RequestContext, uow: MediaWork, item: Artist | Album | Track) -> bool:
    """Whether a repetition finds done what the viewer might have done."""
    teams = await uow.rows.teams_of(ctx.viewer.user_id)
    return item.deleted_at is not None and has_role(ctx.viewer, item, TeamRole.MANAGER, teams)


def _require_few(items: Sequence[Album | Track]) -> None:
    if len(items) > DELETED_AT_ONCE_MAX:
        raise TooLarge(
            f"{DELETED_AT_ONCE_MAX} albums and tracks at most are deleted together; delete some "
            "of them first."
        )
