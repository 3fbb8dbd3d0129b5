"""The catalogue inside a unit of work."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import func, literal, select, text, union_all

from db.repositories.media.changes import ChangeRows
from db.repositories.media.editable import (
    EditableRows,
    refuse_album,
    refuse_artist,
    telling_what_is_taken,
)
from db.repositories.media.videos import VideoRows
from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    values_of,
)
from db.tables.media.catalogue import AWAITED, albums, artists, tracks
from domain.ids import (
    AlbumId,
    ArtistId,
    PlayableKey,
    PlayableKind,
    TrackId,
    UserId,
    VideoId,
)
from domain.media.records import Album, Artist, Playable, Track
from domain.media.search_entries import album_entry, artist_entry, track_entry


class MediaRepository(VideoRows, EditableRows, ChangeRows):
    """Reads for update and writes of the media domain.

    Whatever is added or saved here is found by search from the same commit on.
    """

    domain: ClassVar[str] = "media"

    async def find_or_add_artist(self, artist: Artist) -> Artist:
        """The owner's artist of this name, made now if there was none.

        Raises:
            IdentifierTaken: another artist of the owner's has its MusicBrainz id.
        """
        if await insert_new(self._connection, artists, values_of(artist)):
            await self.index_artist(artist)
            return artist
        same = (artists.c.owner_id == artist.owner_id) & (artists.c.name_key == artist.name_key)
        found = await fetch_records(self._connection, select(artists).where(same), Artist)
        return found[0] if found else refuse_artist(artist)

    async def get_artist(self, artist_id: ArtistId) -> Artist:
        """An artist that a track or album names, held for update."""
        found = await lock_record(
            self._connection, select(artists).where(artists.c.id == artist_id), Artist
        )
        assert found is not None, "artists are never removed"
        return found

    async def save_artist(self, artist: Artist) -> None:
        """Write a changed artist.

        Raises:
            Conflict: another one of the owner's has the name or the identifier.
        """
        with telling_what_is_taken():
            await update_record(self._connection, artists, artist)
        await self.index_artist(artist)

    async def find_or_add_album(self, album: Album) -> Album:
        """The artist's album of this title, made now if there was none.

        Raises:
            IdentifierTaken: another album of the owner's has one of its identifiers.
        """
        if await insert_new(self._connection, albums, values_of(album)):
            await self.index_album(album)
            return album
        same = (albums.c.artist_id == album.artist_id) & (albums.c.title_key == album.title_key)
        found = await fetch_records(self._connection, select(albums).where(same), Album)
        return found[0] if found else refuse_album(album)

    async def get_album(self, album_id: AlbumId) -> Album:
        """The album that a track is on, held for update."""
        found = await lock_record(
            self._connection, select(albums).where(albums.c.id == album_id), Album
        )
        assert found is not None, "albums are never removed"
        return found

    async def save_album(self, album: Album) -> None:
        """Write a changed album.

        Raises:
            Conflict: another one has the title, or another one of the owner's the identifier.
        """
        with telling_what_is_taken():
            await update_record(self._connection, albums, album)
        await self.index_album(album)

    async def add_track(self, track: Track) -> None:
        """Add a track."""
        await insert_record(self._connection, tracks, track)
        await self.index_track(track)

    async def lock_track(self, track_id: TrackId) -> Track | None:
        """A track, held for update."""
        return await lock_record(
            self._connection, select(tracks).where(tracks.c.id == track_id), Track
        )

    async def lock_playable(self, key: PlayableKey) -> Playable | None:
        """Whatever has this key, held for update."""
        match key.kind:
            case PlayableKind.TRACK:
                return await self.lock_track(TrackId(key.id))
            case PlayableKind.VIDEO:
                return await self.lock_video(VideoId(key.id))

    async def count_awaited(self, owner_id: UserId) -> int:
        """The owner's drafts whose files have not come."""
        statement = (
            select(func.count())
            .select_from(tracks)
            .where(tracks.c.owner_id == owner_id, text(AWAITED), tracks.c.deleted_at.is_(None))
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def find_track_by_source(self, owner_id: UserId, source_hash: str) -> Track | None:
        """The owner's first track made of this very file."""
        same = (tracks.c.owner_id == owner_id) & (tracks.c.source_hash == source_hash)
        statement = (
            select(tracks).where(same, tracks.c.deleted_at.is_(None)).order_by(tracks.c.id).limit(1)
        )
        found = await fetch_records(self._connection, statement, Track)
        return found[0] if found else None

    async def find_tracks(self, track_ids: Sequence[TrackId]) -> list[Track]:
        """Those of the tracks that are there."""
        statement = select(tracks).where(tracks.c.id.in_(track_ids))
        return await fetch_records(self._connection, statement, Track)

    async def save_track(self, track: Track) -> None:
        """Write a changed track."""
        await update_record(self._connection, tracks, track)
        await self.index_track(track)

    async def index_artist(self, artist: Artist) -> None:
        """Let search find an artist by what they are called now."""
        await self._index.write(artist_entry(artist))

    async def index_album(self, album: Album) -> None:
        """Let search find an album by what it and its artist are called now."""
        await self._index.write(album_entry(album, await self._names(album.artist_id)))

    async def index_track(self, track: Track) -> None:
        """Let search find a track by what it, its artist and its album are called now."""
        names = await self._names(track.artist_id, track.album_id)
        await self._index.write(track_entry(track, names))

    async def _names(self, artist_id: ArtistId, album_id: AlbumId | None = None) -> list[str]:
        """The artist's name and the album's title, by which a thing is found beside its own."""
        artist = select(artists.c.name, literal(0).label("place")).where(artists.c.id == artist_id)
        album = select(albums.c.title, literal(1)).where(albums.c.id == album_id)
        both = union_all(artist, album).order_by("place")
        return list((await self._connection.execute(both)).scalars())
