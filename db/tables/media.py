"""Tables of the media domain."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables.platform import NAMING, SEQUENCE
from db.types import EnumText, Instant, Json
from domain.media.playback_records import PlaybackState
from domain.media.records import TrackState

metadata = MetaData(naming_convention=NAMING)

PUBLIC = "published_at IS NOT NULL AND state = 'READY'"
"""Tracks that anyone may see; spelled the same in the index and in the reads it serves."""

AWAITED = "state = 'AWAITING_FILE'"
"""Drafts whose file has not come; spelled the same in the index and in their count."""

OPEN = "state <> 'ENDED'"
"""Playback sessions that go on."""

artists = Table(
    "artists",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("image_key", Text),
    Column("released_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("owner_id", "name_key"),
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
    Column("released_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("artist_id", "title_key"),
    Index("ix_albums_artist_id_id", "artist_id", "id"),
)
"""Every track is on one; `released_at` is set once, when its first track is public."""

tracks = Table(
    "tracks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("artist_id", Text, ForeignKey("artists.id"), nullable=False),
    Column("album_id", Text, ForeignKey("albums.id"), nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("track_number", Integer),
    Column("disc_number", Integer),
    Column("genre", Text),
    Column("year", Integer),
    Column("isrc", Text),
    Column("duration_ms", Integer),
    Column("state", EnumText(TrackState), nullable=False),
    Column("published_at", Instant),
    Column("failure_code", Text),
    Column("failure", Text),
    Column("file_name", Text),
    Column("source_key", Text),
    Column("source_hash", Text),
    Column("source_bytes", BigInteger),
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
    Index("ix_tracks_artist_id_id", "artist_id", "id"),
    Index("ix_tracks_owner_id_id", "owner_id", "id"),
    Index("ix_tracks_owner_id_source_hash", "owner_id", "source_hash"),
    Index(
        "ix_tracks_awaited",
        "owner_id",
        sqlite_where=text(AWAITED),
        postgresql_where=text(AWAITED),
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

playback_sessions = Table(
    "playback_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("track_id", Text, ForeignKey("tracks.id"), nullable=False),
    Column("state", EnumText(PlaybackState), nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("listened_ms", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("queue", Json, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(
        "ix_playback_sessions_open",
        "user_id",
        "id",
        sqlite_where=text(OPEN),
        postgresql_where=text(OPEN),
    ),
)
"""Who plays what now, and what comes next."""

plays = Table(
    "plays",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("playback_sessions.id"), nullable=False),
    Column("track_id", Text, ForeignKey("tracks.id"), nullable=False),
    Column("artist_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("listened_ms", Integer, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("played_at", Instant, nullable=False),
    UniqueConstraint("session_id", "track_id"),
    Index("ix_plays_track_id", "track_id"),
)
"""Plays that count; the unique pair makes each count once."""

search_entries = Table(
    "search_entries",
    metadata,
    Column("number", SEQUENCE, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title_key", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    UniqueConstraint("kind", "key"),
)
"""What search finds: one row for each artist, album and track, written with it.

`words` is folded text; over it stands an FTS5 index (SQLite) or a GIN index of tsvectors
(PostgreSQL), both made by the migration.
"""
