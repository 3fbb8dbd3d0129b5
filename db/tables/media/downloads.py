"""Tables of what listeners take along to hear offline."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from db.tables.media.base import metadata
from db.types import Instant

offline_shelves = Table(
    "offline_shelves",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("change", BigInteger, nullable=False),
)
"""How many changes each listener's downloads have seen; held while one is made, so that changes
are committed in the order of their numbers."""

downloads = Table(
    "downloads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("device_id", Text, nullable=False),
    Column("playable", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("renewed_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("removed_at", Instant),
    UniqueConstraint("user_id", "device_id", "playable"),
    Index("ix_downloads_change", "user_id", "device_id", "change"),
    Index("ix_downloads_expiry", "user_id", "device_id", "expires_at", "id"),
    Index("ix_downloads_playable", "playable", "user_id"),
)
"""Licences; what was removed stays, so that the device is told."""
