"""Tables of playback: devices, who plays what now, and which plays count."""

from typing import Any

import orjson
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
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from db.tables.media.base import metadata
from db.types import EnumText, Instant
from domain.media.play_queue import Entries, QueueEntry, RepeatMode
from domain.media.playback_records import DeviceKind, ListenOutcome, PlaybackState

OPEN = "state <> 'ENDED'"
"""Playback sessions that go on."""


class EntriesText(TypeDecorator[Entries]):
    """Entries of a queue as JSON text: a list of [id, playable, since]."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Entries | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else orjson.dumps([tuple(each) for each in value]).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else tuple(QueueEntry(*each) for each in orjson.loads(value))


class NamesText(TypeDecorator[tuple[str, ...]]):
    """Names as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else tuple(orjson.loads(value))


devices = Table(
    "devices",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("install_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", EnumText(DeviceKind), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    UniqueConstraint("user_id", "install_id"),
)
"""Players of listeners, one for each install."""

playback_sessions = Table(
    "playback_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("device_id", Text),
    Column("playable", Text, nullable=False),
    Column("entry_id", Text, nullable=False),
    Column("start_number", Integer, nullable=False),
    Column("state", EnumText(PlaybackState), nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("listened_ms", Integer, nullable=False),
    Column("is_counted", Boolean, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("speed_percent", Integer, nullable=False),
    Column("sleep_at", Instant),
    Column("sleeps_after_entry", Boolean, nullable=False),
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
"""Who plays what now: short rows, for each heartbeat writes one."""

play_queues = Table(
    "play_queues",
    metadata,
    Column("session_id", Text, ForeignKey("playback_sessions.id"), primary_key=True),
    Column("upcoming", EntriesText, nullable=False),
    Column("history", EntriesText, nullable=False),
    Column("repeat", EnumText(RepeatMode), nullable=False),
    Column("shuffle_seed", Integer),
    Column("unshuffled", NamesText, nullable=False),
    Column("operations", NamesText, nullable=False),
)
"""What comes next in a session; changed under the lock of the session's row."""

plays = Table(
    "plays",
    metadata,
    Column("id", Text, primary_key=True),
    Column("session_id", Text, ForeignKey("playback_sessions.id"), nullable=False),
    Column("start_number", Integer, nullable=False),
    Column("playable", Text, nullable=False),
    Column("artist_id", Text),
    Column("user_id", Text, nullable=False),
    Column("listened_ms", Integer, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("played_at", Instant, nullable=False),
    UniqueConstraint("session_id", "start_number"),
    Index("ix_plays_user_id_playable_played_at", "user_id", "playable", "played_at"),
    Index("ix_plays_playable", "playable"),
    Index("ix_plays_played_at", "played_at", "id"),
)
"""Plays that count; the unique pair makes each start count once."""

listens = Table(
    "listens",
    metadata,
    Column("session_id", Text, ForeignKey("playback_sessions.id"), primary_key=True),
    Column("start_number", Integer, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("playable", Text, nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("listened_ms", Integer, nullable=False),
    Column("outcome", EnumText(ListenOutcome), nullable=False),
    Column("ended_at", Instant, nullable=False),
    Index("ix_listens_playable", "playable", "ended_at"),
)
"""How what was begun was left: skips and completions, each start once."""
