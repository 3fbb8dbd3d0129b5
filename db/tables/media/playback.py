"""Tables of playback: who plays what now, and which plays count."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables.media.base import metadata
from db.types import EnumText, Instant, Json
from domain.media.playback_records import PlaybackState

OPEN = "state <> 'ENDED'"
"""Playback sessions that go on."""

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
