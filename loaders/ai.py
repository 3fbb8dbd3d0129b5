"""Reads of the ai domain by key."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, Text, bindparam, false, func, or_, select, true, tuple_
from sqlalchemy.sql import FromClause

from db.read import Read, key_in, query
from db.tables.ai import ai_embeddings, ai_models, ai_neighbours, ai_playables, ai_tastes
from db.types import Instant
from domain.ai.records import AiPlayable, AudioAnalysis, Neighbour, Taste, TrainedModel
from domain.viewer import Sight
from loaders.batch import BatchLoader, GroupLoader
from loaders.pages import LIMIT, from_keys
from loaders.sight import is_seen

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


SUBJECT, NEAR = ai_playables.alias("subject"), ai_playables.alias("near")
SUBJECT_IS_SEEN = is_seen(SUBJECT, func.coalesce(SUBJECT.c.is_public, false()))
BEST_FIRST = (ai_neighbours.c.score.desc(), ai_neighbours.c.neighbour)


def _nearest_public(keys: FromClause) -> Select[Any]:
    """A few steps in the index for each of the keys."""
    nearest = (
        select(ai_neighbours)
        .join(NEAR, NEAR.c.playable == ai_neighbours.c.neighbour)
        .where(ai_neighbours.c.playable == keys.c.value, NEAR.c.is_public)
        .order_by(*BEST_FIRST)
        .limit(LIMIT)
        .correlate(keys)
        .lateral("nearest")
    )
    seen = keys.join(SUBJECT, SUBJECT.c.playable == keys.c.value)
    return (
        select(*nearest.c)
        .select_from(seen.join(nearest, true()))
        .where(SUBJECT_IS_SEEN)
        .order_by(nearest.c.score.desc(), nearest.c.neighbour)
    )


def _ranked_public(keys: FromClause) -> Select[Any]:
    """The same for SQLite, which has no lateral join: the lists wanted are read and numbered.

    Its outer joins make it begin with the keys, and not with all that is public.
    """
    place = func.row_number().over(partition_by=ai_neighbours.c.playable, order_by=BEST_FIRST)
    ranked = (
        select(ai_neighbours, place.label("place"))
        .select_from(
            keys.outerjoin(SUBJECT, SUBJECT.c.playable == keys.c.value)
            .outerjoin(ai_neighbours, ai_neighbours.c.playable == keys.c.value)
            .outerjoin(NEAR, NEAR.c.playable == ai_neighbours.c.neighbour)
        )
        .where(SUBJECT_IS_SEEN, func.coalesce(NEAR.c.is_public, false()))
        .subquery()
    )
    columns = [ranked.c[column.name] for column in ai_neighbours.c]
    return select(*columns).where(ranked.c.place <= LIMIT).order_by(ranked.c.place)


class NeighboursByPlayable(GroupLoader[str, Neighbour]):
    """Playables that a `Sight` covers to their nearest public neighbours, best first."""

    query = from_keys(_nearest_public, Neighbour, on_sqlite=_ranked_public)
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
        self._neighbours: dict[tuple[int, Sight], NeighboursByPlayable] = {}

    @cached_property
    def playable_by_key(self) -> PlayableByKey:
        """What ai knows of playables."""
        return PlayableByKey(self._read)

    @cached_property
    def analysis_by_playable(self) -> AnalysisByPlayable:
        """How they sound."""
        return AnalysisByPlayable(self._read)

    def neighbours_by_playable(self, limit: int, sight: Sight) -> NeighboursByPlayable:
        """The nearest public neighbours, at most `limit` for each playable that is seen."""
        key = (limit, sight)
        if key not in self._neighbours:
            self._neighbours[key] = NeighboursByPlayable(self._read, limit=limit, **sight._asdict())
        return self._neighbours[key]
