"""Artists, albums and tracks as creators and their teams make and change them."""

from dataclasses import replace
from typing import Any, Final

from db.repositories.media.catalogue import MediaRepository
from domain.ids import AlbumId, ArtistId, TrackId, new_id
from domain.media import editing as rules
from domain.media.editing import Changes
from domain.media.records import Album, Artist, Track
from domain.media.teams import TeamRole
from domain.policies.catalogue import require_creator, require_role
from errors import Conflict
from resolvers.context import RequestContext
from resolvers.media.album_loudness import measure_album
from resolvers.media.labelling import index_tags
from resolvers.media.releases import (
    MediaWork,
    add_album,
    add_artist,
    save_album,
    save_artist,
    save_track,
)
from resolvers.media.renaming import tell_of_new_name
from resolvers.media.tracks import forget_track

ALBUM_TRACKS_MAX: Final = 1_000
"""Tracks of one album that are looked at, or changed, in one commit."""


async def create_artist(ctx: RequestContext, changes: Changes) -> Artist:
    """Make an artist of the viewer's own. Twice is once: an equal one is given back.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator.
        BadInput, BadIdentifier: a text or identifier is not of its form.
        Conflict: the viewer has another artist of this name.
        IdentifierTaken: another artist of the viewer's has the identifier.
    """
    owner_id = require_creator(ctx.viewer)
    blank = Artist(
        id=ArtistId(new_id()),
        owner_id=owner_id,
        name="",
        name_key="",
        bio="",
        image_key=None,
        released_at=None,
        created_at=ctx.clock.now(),
    )
    artist = rules.edit_artist(blank, changes)
    async with ctx.unit_of_work(MediaRepository) as uow:
        kept = await add_artist(uow, artist)
        _require_same(kept, rules.edit_artist(kept, changes), "an artist of this name")
        await uow.commit()
    return kept


async def create_album(ctx: RequestContext, artist_id: ArtistId, changes: Changes) -> Album:
    """Make an album of an artist's, for its owner and editors. Twice is once, as above.

    Raises as `create_artist` does, and:
        NotFound: there is no such artist for this viewer.
        Forbidden: the artist is somebody else's.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        artist = await _lock_artist(ctx, uow, artist_id)
        album = _new_album(ctx, artist, changes)
        kept = await add_album(uow, album)
        _require_same(kept, rules.edit_album(kept, changes), "an album of this title")
        await uow.commit()
    return kept


async def update_artist(
    ctx: RequestContext, artist_id: ArtistId, changes: Changes, *, version: int
) -> Artist:
    """Change an artist that the viewer saw in this version. The same change again is none.

    Raises:
        NotFound, Forbidden: it is not there for the viewer, or not theirs to change.
        BadInput, BadIdentifier: a text or identifier is not of its form.
        Conflict: it has moved on since, or another one has the name.
        IdentifierTaken: another artist of the owner's has the identifier.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        artist = await _lock_artist(ctx, uow, artist_id)
        edited = rules.edit_artist(artist, changes)
        if edited == artist:
            return artist
        rules.require_version(artist, version)
        saved = await save_artist(uow, edited)
        if saved.name != artist.name:
            await tell_of_new_name(uow, artist_id)
        await uow.commit()
    ctx.loaders.media.artist_by_id.clear(artist_id)
    return saved


async def update_album(
    ctx: RequestContext, album_id: AlbumId, changes: Changes, *, version: int
) -> Album:
    """Change an album that the viewer saw in this version; raises as `update_artist` does."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        found = await uow.rows.lock_album(album_id)
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        album = require_role(ctx.viewer, found, TeamRole.EDITOR, teams)
        edited = rules.edit_album(album, changes)
        if edited == album:
            return album
        rules.require_version(album, version)
        saved = await save_album(uow, edited)
        if saved.title != album.title:
            await _index_tracks(uow, saved)
        await uow.commit()
    ctx.loaders.media.album_by_id.clear(album_id)
    return saved


async def update_track(
    ctx: RequestContext,
    track_id: TrackId,
    changes: Changes,
    *,
    version: int,
    artist_id: ArtistId | None = None,
    album_id: AlbumId | None = None,
) -> Track:
    """Change a track that the viewer saw in this version, or where it stands.

    Raises as `update_artist` does, and:
        NotFound, Forbidden: the new artist or album is not there, or not the viewer's to edit.
        Conflict: another track of the album has the ISRC.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        found = await uow.rows.lock_track(track_id)
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        track = require_role(ctx.viewer, found, TeamRole.EDITOR, teams)
        edited = rules.edit_track(track, changes)
        edited = await _placed(ctx, uow, edited, artist_id=artist_id, album_id=album_id)
        if edited == track:
            return track
        rules.require_version(track, version)
        await _require_own_isrc(uow, track, edited)
        saved = await save_track(uow, edited, ctx.clock)
        await index_tags(uow, track, saved)
        if saved.album_id != track.album_id:
            await measure_album(uow, saved.album_id)
            await measure_album(uow, track.album_id)
        await uow.commit()
    forget_track(ctx, track)
    forget_track(ctx, saved)
    return saved


async def _lock_artist(ctx: RequestContext, uow: MediaWork, artist_id: ArtistId) -> Artist:
    """The artist, held, if the viewer may edit them."""
    found = await uow.rows.lock_artist(artist_id)
    teams = await uow.rows.teams_of(ctx.viewer.user_id)
    return require_role(ctx.viewer, found, TeamRole.EDITOR, teams)


def _new_album(ctx: RequestContext, artist: Artist, changes: Changes) -> Album:
    blank = Album(
        id=AlbumId(new_id()),
        artist_id=artist.id,
        owner_id=artist.owner_id,
        title="",
        title_key="",
        release_date=None,
        cover_key=None,
        released_at=None,
        created_at=ctx.clock.now(),
    )
    return rules.edit_album(blank, changes)


async def _placed(
    ctx: RequestContext,
    uow: MediaWork,
    track: Track,
    *,
    artist_id: ArtistId | None,
    album_id: AlbumId | None,
) -> Track:
    """The track where it is to stand: all of it remains with one owner.

    The album is held before the artist, as in a release; what is held is not deleted meanwhile.
    """
    changes: dict[str, Any] = {}
    teams = await uow.rows.teams_of(ctx.viewer.user_id)
    if album_id is not None and album_id != track.album_id:
        found = await uow.rows.lock_album(album_id)
        album = require_role(ctx.viewer, found, TeamRole.EDITOR, teams)
        changes["album_id"] = _require_owner(album, track, "albumId").id
    if artist_id is not None and artist_id != track.artist_id:
        artist = await _lock_artist(ctx, uow, artist_id)
        changes["artist_id"] = _require_owner(artist, track, "artistId").id
    return replace(track, **changes)


def _require_owner(place: Any, track: Track, field: str) -> Any:
    if place.owner_id != track.owner_id:
        raise Conflict("A track stays with its owner: choose one of the same owner's.", field=field)
    return place


async def _require_own_isrc(uow: MediaWork, track: Track, edited: Track) -> None:
    """A recording stands once on an album, whichever other albums it is on."""
    if edited.isrc is None or (edited.isrc, edited.album_id) == (track.isrc, track.album_id):
        return
    await uow.rows.get_album(edited.album_id)  # held: two editors of the album meet here
    if await uow.rows.has_isrc(edited.album_id, edited.isrc, beside=edited.id):
        raise Conflict("Another track of this album has the ISRC.", field="isrc")


async def _index_tracks(uow: MediaWork, album: Album) -> None:
    """An album's tracks are found by its title, too."""
    for track in await uow.rows.lock_tracks_of_album(album.id, limit=ALBUM_TRACKS_MAX):
        await uow.rows.index_track(track)


def _require_same(kept: object, asked: object, what: str) -> None:
    if kept != asked:
        raise Conflict(f"You have {what} already: change that one.", field="name")
