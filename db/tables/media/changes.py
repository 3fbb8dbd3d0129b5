"""The table behind the feed of what changed in the public catalogue."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from db.tables.media.base import metadata
from db.types import Instant

catalog_changes = Table(
    "catalog_changes",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("is_gone", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_catalog_changes_sequence", "sequence", unique=True),
)
"""One row for each thing that was ever public: its newest change, and when that was in the order
of all changes. Rows are never removed: what is deleted or hidden is a tombstone."""
