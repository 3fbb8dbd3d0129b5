"""Tables of how things are sorted and who took part in them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from db.tables.media.base import metadata
from db.types import EnumText, Instant
from domain.media.contributors import ContributorRole
from domain.media.labels import GenreState

genres = Table(
    "genres",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("parent_id", Text, ForeignKey("genres.id")),
    Column("state", EnumText(GenreState), nullable=False),
    Column("merged_into_id", Text, ForeignKey("genres.id")),
    Column("proposed_by", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Instant),
    Column("reason", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_genres_state", "state", "name_key"),
    Index("ix_genres_merged_into_id", "merged_into_id"),
)
"""Genres, and what became of proposals; none is ever removed."""

categories = Table(
    "categories",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Shelves that moderators make."""

playable_categories = Table(
    "playable_categories",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("category_id", Text, ForeignKey("categories.id"), primary_key=True),
    Index("ix_playable_categories_category_id", "category_id", "playable"),
)
"""What stands on which shelf."""

playable_tags = Table(
    "playable_tags",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("tag", Text, primary_key=True),
    Index("ix_playable_tags_tag", "tag", "playable"),
)
"""What has which tag, folded: a list of what each record itself says."""

contributors = Table(
    "contributors",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("role", EnumText(ContributorRole), nullable=False),
    Column("name", Text, nullable=False),
    Column("artist_id", Text, ForeignKey("artists.id")),
    Column("instrument", Text),
    Column("ipi", Text),
    Column("isni", Text),
)
"""Credits of tracks, albums and videos."""
