"""Reads of artists, albums and tracks."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    func,
    literal_column,
    select,
    text,
    tuple_,
)
from sqlalchemy.sql import FromClause

from db.read import Query, SideBySide, key_in, query
from db.tables.media.catalogue import PUBLIC, albums, artists, tracks
from db.types import Instant
from domain.ids import AlbumId, ArtistId, TrackId
from domain.media.records import Album, Artist, Track
from loaders.batch import BatchLoader, GroupLoader
from loaders.media.sight import is_seen_by_team
from loaders.pages import newest_of_each, page_of_each
from loaders.sight import is_seen

IS_PUBLIC = text(PUBLIC)


def playable_is_seen(table: FromClause) -> ColumnElement[bool]:
    """What a `Sight` covers of a table of playables; nothing that is deleted."""
    is_public = table.c.published_at.is_not(None) & (table.c.state == "READY")
    return and_(table.c.deleted_at.is_(None), is_seen(table, is_public))


def track_is_seen(table: FromClause) -> ColumnElement[bool]:
    """Tracks that a `Sight` covers."""
    is_public = table.c.published_at.is_not(None) & (table.c.state == "READY")
    return is_seen_by_team(table, is_public, artist_id=table.c.artist_id)


def album_is_seen(table: FromClause) -> ColumnElement[bool]:
    """Albums that a `Sight` covers."""
    is_public = table.c.released_at.is_not(None) & table.c.withdrawn_at.is_(None)
    return is_seen_by_team(table, is_public, artist_id=table.c.artist_id)


def artist_is_seen(table: FromClause) -> ColumnElement[bool]:
    """Artists that a `Sight` covers."""
    return is_seen_by_team(table, table.c.released_at.is_not(None), artist_id=table.c.id)


def place_on_album(table: FromClause) -> tuple[ColumnElement[Any], ...]:
    """Where a track stands; spelled the same in the index `ix_tracks_place_on_album`."""
    nothing: ColumnElement[Any] = literal_column("0")
    return (
        func.coalesce(table.c.disc_number, nothing),
        func.coalesce(table.c.track_number, nothing),
        table.c.id,
    )


def _is_behind(table: FromClause) -> ColumnElement[bool]:
    return tuple_(*place_on_album(table)) > tuple_(
        bindparam("disc", type_=Integer),
        bindparam("number", type_=Integer),
        bindparam("id", type_=Text),
    )


PUBLIC_TRACKS: Query[tuple[Track, Artist, Album]] = Query(
    select(tracks, artists, albums)
    # Written so that SQLite begins with the tracks: each has an artist and an album.
    .outerjoin(artists, artists.c.id == tracks.c.artist_id)
    .outerjoin(albums, albums.c.id == tracks.c.album_id)
    .where(
        IS_PUBLIC,
        tuple_(tracks.c.published_at, tracks.c.id)
        < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Text)),
    )
    .order_by(tracks.c.published_at.desc(), tracks.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    SideBySide((Track, Artist, Album), (tracks, artists, albums)),
)
TRACKS_OF_OWNER = query(
    select(tracks)
    .where(
        tracks.c.owner_id == bindparam("owner_id", type_=Text),
        tracks.c.id < bindparam("before", type_=Text),
        tracks.c.deleted_at.is_(None),
    )
    .order_by(tracks.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Track,
)


class ArtistById(BatchLoader[ArtistId, Artist]):
    """Artist ids to artists."""

    query = query(select(artists).where(key_in(artists.c.id)), Artist)


class AlbumById(BatchLoader[AlbumId, Album]):
    """Album ids to albums."""

    query = query(select(albums).where(key_in(albums.c.id)), Album)


class TrackById(BatchLoader[TrackId, Track]):
    """Track ids to tracks, drafts included: who may see one is for policies to say."""

    query = query(select(tracks).where(key_in(tracks.c.id)), Track)


class AlbumsByArtistId(GroupLoader[ArtistId, Album]):
    """Artist ids to a page of the albums that a `Sight` covers, the newest first."""

    query = newest_of_each(albums, "artist_id", Album, album_is_seen)
    key_name = "artist_id"


class TracksByArtistId(GroupLoader[ArtistId, Track]):
    """Artist ids to a page of the tracks that a `Sight` covers, the newest first."""

    query = newest_of_each(tracks, "artist_id", Track, track_is_seen)
    key_name = "artist_id"


class TracksByAlbumId(GroupLoader[AlbumId, Track]):
    """Album ids to a page of the tracks that a `Sight` covers, by disc and number."""

    query = page_of_each(
        tracks,
        "album_id",
        Track,
        condition=lambda rows: track_is_seen(rows) & _is_behind(rows),
        order=place_on_album,
    )
    key_name = "album_id"
