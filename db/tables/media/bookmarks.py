"""Tables of what listeners keep: how far they are, bookmarks, and speeds."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text, UniqueConstraint, text

from db.tables.media.base import metadata
from db.types import Instant

CONTINUED = "is_continued"
"""What is offered to be continued; spelled the same in the index and in the read it serves."""

progress = Table(
    "progress",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("playable", Text, primary_key=True),
    Column("position_ms", Integer, nullable=False),
    Column("is_completed", Boolean, nullable=False),
    Column("is_continued", Boolean, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(
        "ix_progress_continued",
        "user_id",
        "updated_at",
        "playable",
        sqlite_where=text(CONTINUED),
        postgresql_where=text(CONTINUED),
    ),
)
"""How far each listener is in each thing they heard; private sessions leave no trace here."""

bookmarks = Table(
    "bookmarks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("playable", Text, nullable=False),
    Column("operation_id", Text, nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("user_id", "operation_id"),
    Index("ix_bookmarks_place", "user_id", "playable", "position_ms", "id"),
)
"""Places with notes; a listener's own."""

speeds = Table(
    "speeds",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
"""How fast each listener wants a kind, or one thing."""
