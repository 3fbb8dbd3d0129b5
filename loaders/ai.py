"""Reads of the ai domain by key."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, Text, bindparam, false, func, or_, select, tuple_

from db.read import Read, key_in, query
from db.tables.ai import ai_embeddings, ai_models, ai_neighbours, ai_playables, ai_tastes
from db.types import Instant
from domain.ai.records import AiPlayable, AudioAnalysis, Neighbour, Taste, TrainedModel
from loaders.batch import BatchLoader, GroupLoader

ANALYSIS_COLUMNS = (
    ai_embeddings.c.playable,
    ai_embeddings.c.model,
    ai_embeddings.c.source_key,
    ai_embeddings.c.tempo_bpm,
    ai_embeddings.c.musical_key,
    ai_embeddings.c.heard_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVector:
    """A recording's vector and how near the farthest of its full list is."""

    playable: str
    vector: bytes
    farthest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TasteOfPublic:
    """A listener's taste for something public: one row of training data."""

    user_id: str
    playable: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardFile:
    """The vector of a recording, its space, and the file that it was made from."""

    model: str
    source_key: str
    vector: bytes


class PlayableByKey(BatchLoader[str, AiPlayable]):
    """Playables (`Track:<id>`) to what ai knows of them."""

    query = query(select(ai_playables).where(key_in(ai_playables.c.playable)), AiPlayable)
    key_name = "playable"


class AnalysisByPlayable(BatchLoader[str, AudioAnalysis]):
    """Playables to how they sound."""

    query = query(select(*ANALYSIS_COLUMNS).where(key_in(ai_embeddings.c.playable)), AudioAnalysis)
    key_name = "playable"


def _nearest_public() -> Select[Any]:
    """Each playable's nearest public neighbours; one statement for all of them."""
    ranked = (
        select(
            ai_neighbours,
            func.row_number()
            .over(
                partition_by=ai_neighbours.c.playable,
                order_by=(ai_neighbours.c.score.desc(), ai_neighbours.c.neighbour),
            )
            .label("place"),
        )
        # Written so that SQLite begins with the lists wanted, and not with all that is public.
        .outerjoin(ai_playables, ai_playables.c.playable == ai_neighbours.c.neighbour)
        .where(key_in(ai_neighbours.c.playable), func.coalesce(ai_playables.c.is_public, false()))
        .subquery()
    )
    columns = [ranked.c[column.name] for column in ai_neighbours.c]
    return (
        select(*columns)
        .where(ranked.c.place <= bindparam("limit"))
        .order_by(ranked.c.playable, ranked.c.place)
    )


class NeighboursByPlayable(GroupLoader[str, Neighbour]):
    """Playables to their nearest public neighbours, best first."""

    query = query(_nearest_public(), Neighbour)
    key_name = "playable"


POPULAR = query(
    select(ai_playables)
    .where(ai_playables.c.is_public)
    .order_by(
        ai_playables.c.is_public.desc(),
        ai_playables.c.popularity.desc(),
        ai_playables.c.playable.desc(),
    )
    .limit(bindparam("limit")),
    AiPlayable,
)
"""The most popular; among equals the newest (ids are in the order of their making)."""

HISTORY_OF_USER = query(
    select(ai_tastes)
    .where(
        ai_tastes.c.user_id == bindparam("user_id"),
        or_(ai_tastes.c.play_count > 0, ai_tastes.c.is_liked),
    )
    .order_by(ai_tastes.c.last_at.desc())
    .limit(bindparam("limit")),
    Taste,
)
"""What a listener played or likes, newest first."""

VECTORS_OF_MODEL = query(
    select(ai_embeddings.c.playable, ai_embeddings.c.vector, ai_embeddings.c.farthest)
    .where(
        ai_embeddings.c.model == bindparam("model"),
        ai_embeddings.c.playable > bindparam("after"),
    )
    .order_by(ai_embeddings.c.playable)
    .limit(bindparam("limit")),
    StoredVector,
)
"""All vectors of one space, slice by slice."""

VECTOR_OF_PLAYABLE = query(
    select(ai_embeddings.c.model, ai_embeddings.c.source_key, ai_embeddings.c.vector).where(
        ai_embeddings.c.playable == bindparam("playable")
    ),
    HeardFile,
)

TASTES_AFTER = query(
    select(ai_tastes.c.user_id, ai_tastes.c.playable, ai_tastes.c.last_at)
    .join(ai_playables, ai_playables.c.playable == ai_tastes.c.playable)
    .where(
        or_(ai_tastes.c.play_count > 0, ai_tastes.c.is_liked),
        ai_playables.c.is_public,
        ai_tastes.c.last_at > bindparam("since", type_=Instant),
        tuple_(ai_tastes.c.user_id, ai_tastes.c.playable)
        > tuple_(bindparam("user_id", type_=Text), bindparam("playable", type_=Text)),
    )
    .order_by(ai_tastes.c.user_id, ai_tastes.c.playable)
    .limit(bindparam("limit")),
    TasteOfPublic,
)
"""Training data, slice by slice."""

LATEST_MODEL = query(
    select(ai_models).order_by(ai_models.c.trained_at.desc(), ai_models.c.version).limit(1),
    TrainedModel,
)


class AiLoaders:
    """The loaders over ai's tables."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._neighbours: dict[int, NeighboursByPlayable] = {}

    @cached_property
    def playable_by_key(self) -> PlayableByKey:
        """What ai knows of playables."""
        return PlayableByKey(self._read)

    @cached_property
    def analysis_by_playable(self) -> AnalysisByPlayable:
        """How they sound."""
        return AnalysisByPlayable(self._read)

    def neighbours_by_playable(self, limit: int) -> NeighboursByPlayable:
        """The nearest public neighbours, at most `limit` for each playable."""
        return self._neighbours.setdefault(limit, NeighboursByPlayable(self._read, limit=limit))
