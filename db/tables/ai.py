"""Tables of the ai domain; a `playable` is named `Track:<id>`."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from db.tables.platform import NAMING
from db.types import EnumText, Instant, Json
from domain.ai.records import Action

metadata = MetaData(naming_convention=NAMING)

ai_playables = Table(
    "ai_playables",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("artist_id", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("listener_count", Integer, nullable=False, server_default="0"),
    Column("like_count", Integer, nullable=False, server_default="0"),
    Column("popularity", Integer, nullable=False, server_default="0"),
    Index("ix_ai_playables_popularity", "is_public", "popularity", "playable"),
)
"""A projection of media's tracks with ai's own counters; hidden ones are never recommended."""

ai_behaviours = Table(
    "ai_behaviours",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("playable", Text, nullable=False),
    Column("action", EnumText(Action), nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_ai_behaviours_at", "at"),
)
"""What listeners did, each once; forgotten after `BEHAVIOUR_KEPT`, the tastes stay."""

ai_tastes = Table(
    "ai_tastes",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("playable", Text, primary_key=True),
    Column("play_count", Integer, nullable=False),
    Column("is_liked", Boolean, nullable=False),
    Column("reaction_at", Instant),
    Column("last_at", Instant, nullable=False),
    Index("ix_ai_tastes_last_at", "user_id", "last_at"),
)
"""Behaviour added up for each listener and playable: history and training data."""

ai_embeddings = Table(
    "ai_embeddings",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("source_key", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("farthest", Double, nullable=False),
    Column("tempo_bpm", Double),
    Column("musical_key", Text),
    Column("heard_at", Instant, nullable=False),
)
"""How recordings sound; `farthest` is the score of the last neighbour of a full list."""

ai_neighbours = Table(
    "ai_neighbours",
    metadata,
    Column("playable", Text, primary_key=True),
    Column("neighbour", Text, primary_key=True),
    Column("score", Double, nullable=False),
    Index("ix_ai_neighbours_score", "playable", "score"),
    Index("ix_ai_neighbours_neighbour", "neighbour"),
)
"""The nearest of each recording, best first by score."""

ai_models = Table(
    "ai_models",
    metadata,
    Column("version", Text, primary_key=True),
    Column("trained_at", Instant, nullable=False),
    Column("card", Json, nullable=False),
    Index("ix_ai_models_trained_at", "trained_at"),
)
"""Every training, with its model card."""
