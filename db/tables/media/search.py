"""The table that search reads."""

from sqlalchemy import Boolean, Column, Table, Text, UniqueConstraint

from db.tables.media.base import metadata
from db.tables.platform import SEQUENCE

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
