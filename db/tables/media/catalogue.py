"""Tables of the catalogue: artists, albums, tracks."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from db.tables.media.base import metadata
from db.types import EnumText, Instant, Json
from domain.media.records import PlayableState

PUBLIC = "published_at IS NOT NULL AND state = 'READY'"
"""What anyone may see; spelled the same in the indexes and in the reads they serve."""

AWAITED = "state = 'AWAITING_FILE'"
"""Drafts whose file has not come; spelled the same in the index and in their count."""

PLANNED = "release_at IS NOT NULL"
"""What will be let go by itself; spelled the same in the indexes and in the reads they serve."""


def playable_columns() -> list[Column[Any]]:
    """The columns of a `Playable`: each type that can be played has a table with them."""
    return [
        Column("id", Text, primary_key=True),
        Column("owner_id", Text, nullable=False),
        Column("title", Text, nullable=False),
        Column("duration_ms", Integer),
        Column("state", EnumText(PlayableState), nullable=False),
        Column("published_at", Instant),
        Column("release_at", Instant),
        Column("deleted_at", Instant),
        Column("is_explicit", Boolean, nullable=False, server_default=false()),
        Column("territories", Text, nullable=False, server_default=""),
        Column("tags", Json, nullable=False, server_default="[]"),
        Column("failure_code", Text),
        Column("failure", Text),
        Column("file_name", Text),
        Column("source_key", Text),
        Column("source_hash", Text),
        Column("source_bytes", BigInteger),
        Column("source_type", Text),
        Column("codec", Text),
        Column("sample_rate", Integer),
        Column("channels", Integer),
        Column("bitrate", Integer),
        Column("loudness_lufs", Float),
        Column("loudness_range", Float),
        Column("true_peak_db", Float),
        Column("waveform", LargeBinary),
        Column("hls_key", Text),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
    ]


def identified(table: str, column: str, *, is_unique: bool = False) -> list[Index]:
    """The index by which an identifier is found; a unique one holds for each owner."""
    stated = text(f"{column} IS NOT NULL")
    found = [
        Index(f"ix_{table}_{column}", column, "id", sqlite_where=stated, postgresql_where=stated)
    ]
    if is_unique:
        kept = text(f"{column} IS NOT NULL AND deleted_at IS NULL")
        name = f"uq_{table}_owner_id_{column}"
        columns = ("owner_id", column)
        found.append(Index(name, *columns, unique=True, sqlite_where=kept, postgresql_where=kept))
    return found


def planned(table: str) -> Index:
    """The index of what will be let go by itself, the soonest first."""
    stated = text(PLANNED)
    return Index(
        f"ix_{table}_planned", "release_at", "id", sqlite_where=stated, postgresql_where=stated
    )


artists = Table(
    "artists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("image_key", Text),
    Column("music_brainz_id", Text),
    Column("released_at", Instant),
    Column("deleted_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("owner_id", "name_key"),
    *identified("artists", "music_brainz_id", is_unique=True),
    Index("ix_artists_owner_id_id", "owner_id", "id"),
    Index("ix_artists_name_key", "name_key"),
)
"""Whose music it is; `name_key` lets an import find the artist again."""

albums = Table(
    "albums",
    metadata,
    Column("id", Text, primary_key=True),
    Column("artist_id", Text, ForeignKey("artists.id"), nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("release_date", Text),
    Column("cover_key", Text),
    Column("cover_color", Text),
    Column("loudness_lufs", Float),
    Column("true_peak_db", Float),
    Column("upc", Text),
    Column("music_brainz_id", Text),
    Column("is_explicit", Boolean, nullable=False, server_default=false()),
    Column("territories", Text, nullable=False, server_default=""),
    Column("release_at", Instant),
    Column("released_at", Instant),
    Column("withdrawn_at", Instant),
    Column("deleted_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("artist_id", "title_key"),
    *identified("albums", "upc", is_unique=True),
    *identified("albums", "music_brainz_id", is_unique=True),
    Index("ix_albums_artist_id_id", "artist_id", "id"),
    Index("ix_albums_owner_id_id", "owner_id", "id"),
    planned("albums"),
)
"""Every track is on one; `released_at` is set once, when its first track is public."""

tracks = Table(
    "tracks",
    metadata,
    *playable_columns(),
    Column("artist_id", Text, ForeignKey("artists.id"), nullable=False),
    Column("album_id", Text, ForeignKey("albums.id"), nullable=False),
    Column("track_number", Integer),
    Column("disc_number", Integer),
    Column("genre", Text),
    Column("year", Integer),
    Column("isrc", Text),
    Column("iswc", Text),
    Column("music_brainz_recording_id", Text),
    Column("music_brainz_work_id", Text),
    Column("version_title", Text),
    Column("language", Text),
    *identified("tracks", "isrc"),
    *identified("tracks", "iswc"),
    *identified("tracks", "music_brainz_recording_id"),
    *identified("tracks", "music_brainz_work_id"),
    planned("tracks"),
    Index("ix_tracks_artist_id_id", "artist_id", "id"),
    Index("ix_tracks_owner_id_id", "owner_id", "id"),
    Index("ix_tracks_owner_id_source_hash", "owner_id", "source_hash"),
    Index("ix_tracks_source_key", "source_key"),
    Index(
        "ix_tracks_awaited",
        "owner_id",
        sqlite_where=text(AWAITED),
        postgresql_where=text(AWAITED),
    ),
    Index(
        "ix_tracks_public_genre",
        "genre",
        "published_at",
        "id",
        sqlite_where=text(PUBLIC),
        postgresql_where=text(PUBLIC),
    ),
    Index(
        "ix_tracks_public",
        "published_at",
        "id",
        sqlite_where=text(PUBLIC),
        postgresql_where=text(PUBLIC),
    ),
)
"""Recordings.

The migrations make one more index, `ix_tracks_place_on_album`: over album, disc, number and id,
where a track without disc or number stands as if they were 0.
"""
