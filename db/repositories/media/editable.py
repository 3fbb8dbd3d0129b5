"""Artists, albums and tracks held for those who edit, publish and delete them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, NoReturn

from sqlalchemy import Select, or_, select, text
from sqlalchemy.exc import IntegrityError

from db.repositories.media.teams import TeamRows
from db.rows import fetch_records, lock_record
from db.tables.media.catalogue import PLANNED, albums, artists, tracks
from domain.ids import AlbumId, ArtistId, TrackId
from domain.media.records import Album, Artist, Track
from errors import Conflict, DatabaseBusy, IdentifierTaken

IDENTIFIERS: Final = {"upc": "upc", "music_brainz_id": "musicBrainzId"}
"""Columns that an owner has each value of once, and how clients call them."""


class EditableRows(TeamRows):
    """What is locked to be changed, one by one or all that belong to something."""

    async def lock_artist(self, artist_id: ArtistId) -> Artist | None:
        """An artist, held for update."""
        return await lock_record(
            self._connection, select(artists).where(artists.c.id == artist_id), Artist
        )

    async def lock_album(self, album_id: AlbumId) -> Album | None:
        """An album, held for update."""
        return await lock_record(
            self._connection, select(albums).where(albums.c.id == album_id), Album
        )

    async def lock_albums_of_artist(self, artist_id: ArtistId, *, limit: int) -> list[Album]:
        """The artist's albums that are not deleted, held for update."""
        theirs = (albums.c.artist_id == artist_id) & albums.c.deleted_at.is_(None)
        held = _held(select(albums).where(theirs).order_by(albums.c.id).limit(limit))
        return await fetch_records(self._connection, held, Album)

    async def lock_tracks_of_album(self, album_id: AlbumId, *, limit: int) -> list[Track]:
        """The album's tracks that are not deleted, held for update."""
        theirs = (tracks.c.album_id == album_id) & tracks.c.deleted_at.is_(None)
        held = _held(select(tracks).where(theirs).order_by(tracks.c.id).limit(limit))
        return await fetch_records(self._connection, held, Track)

    async def lock_tracks_of_artist(self, artist_id: ArtistId, *, limit: int) -> list[Track]:
        """Tracks that are the artist's or stand on albums of theirs, as above."""
        of_albums = select(albums.c.id).where(albums.c.artist_id == artist_id)
        theirs = or_(tracks.c.artist_id == artist_id, tracks.c.album_id.in_(of_albums))
        kept = select(tracks).where(theirs, tracks.c.deleted_at.is_(None))
        held = _held(kept.order_by(tracks.c.id).limit(limit))
        return await fetch_records(self._connection, held, Track)

    async def list_due_albums(self, now: datetime, *, limit: int) -> list[AlbumId]:
        """Albums that were planned to be out by now, the longest due first."""
        due = select(albums.c.id).where(text(PLANNED), albums.c.release_at <= now)
        ordered = due.order_by(albums.c.release_at, albums.c.id).limit(limit)
        return list((await self._connection.execute(ordered)).scalars())

    async def list_due_tracks(self, now: datetime, *, limit: int) -> list[TrackId]:
        """Tracks that were planned to be out by now, the longest due first."""
        due = select(tracks.c.id).where(text(PLANNED), tracks.c.release_at <= now)
        ordered = due.order_by(tracks.c.release_at, tracks.c.id).limit(limit)
        return list((await self._connection.execute(ordered)).scalars())

    async def has_isrc(self, album_id: AlbumId, isrc: str, *, beside: TrackId) -> bool:
        """Whether another track of the album has this ISRC."""
        same = (tracks.c.album_id == album_id) & (tracks.c.isrc == isrc)
        others = same & tracks.c.deleted_at.is_(None) & (tracks.c.id != beside)
        found = await self._connection.execute(select(tracks.c.id).where(others).limit(1))
        return found.first() is not None

    async def list_albums_after(
        self, artist_id: ArtistId, album_id: AlbumId, *, limit: int
    ) -> list[Album]:
        """A slice of the artist's albums, by id."""
        theirs = (albums.c.artist_id == artist_id) & (albums.c.id > album_id)
        statement = select(albums).where(theirs).order_by(albums.c.id).limit(limit)
        return await fetch_records(self._connection, statement, Album)

    async def list_tracks_after(
        self, artist_id: ArtistId, track_id: TrackId, *, limit: int
    ) -> list[Track]:
        """A slice of the artist's tracks, by id."""
        theirs = (tracks.c.artist_id == artist_id) & (tracks.c.id > track_id)
        statement = select(tracks).where(theirs).order_by(tracks.c.id).limit(limit)
        return await fetch_records(self._connection, statement, Track)


@contextmanager
def telling_what_is_taken() -> Iterator[None]:
    """Tell which name or identifier another one has.

    Raises:
        IdentifierTaken: an identifier.
        Conflict: a name or title.
    """
    try:
        yield
    except IntegrityError as error:
        told = str(error.orig).partition("\n")[0]  # without the values, which people choose
        _refuse_taken(told, error)


def refuse_artist(artist: Artist) -> NoReturn:
    """An artist could not be added, and not for their name."""
    if artist.music_brainz_id is not None:
        raise IdentifierTaken(_told("artist"), field="musicBrainzId")
    raise DatabaseBusy("The name was given back just now; try again.")


def refuse_album(album: Album) -> NoReturn:
    """An album could not be added, and not for its title."""
    field = "upc" if album.upc is not None else "musicBrainzId"
    if album.upc is not None or album.music_brainz_id is not None:
        raise IdentifierTaken(_told("album"), field=field)
    raise DatabaseBusy("The title was given back just now; try again.")


def _refuse_taken(text: str, error: IntegrityError) -> None:
    for column, field in IDENTIFIERS.items():
        if column in text:
            raise IdentifierTaken(_told("artist or album"), field=field) from None
    if "name_key" in text:
        raise Conflict("You have another artist of this name.", field="name") from None
    if "title_key" in text:
        raise Conflict("The artist has another album of this title.", field="title") from None
    raise error


def _told(what: str) -> str:
    return f"Another {what} of yours has this identifier; look it up by catalogueItems."


def _held(statement: Select[Any]) -> Select[Any]:
    """Held as `lock_record` holds a row."""
    return statement.with_for_update(key_share=True)
