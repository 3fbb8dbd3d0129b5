"""Who works for which artist beside the owner."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from db.tables.media.base import metadata
from db.types import EnumText, Instant
from domain.media.teams import TeamRole

artist_members = Table(
    "artist_members",
    metadata,
    Column("artist_id", Text, ForeignKey("artists.id"), primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("role", EnumText(TeamRole), nullable=False),
    Column("added_at", Instant, nullable=False),
    Index("ix_artist_members_user_id", "user_id", "artist_id"),
)
"""One row for each member of each artist's team; who leaves has none."""
