"""Behaviour, tastes, embeddings and models inside a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import insert_new, lock_record, upsert, values_of
from db.tables.ai import (
    ai_behaviours,
    ai_embeddings,
    ai_models,
    ai_neighbours,
    ai_playables,
    ai_tastes,
)
from domain.ai.records import (
    AiPlayable,
    AudioAnalysis,
    Behaviour,
    Neighbour,
    Taste,
    TrainedModel,
)
from domain.ai.rules import NEIGHBOURS_MAX, ROOM
from domain.ids import ArtistId, UserId

PROJECTED = ("artist_id", "owner_id", "title", "is_public", "version")


class AiRepository:
    """Reads for update and writes of the ai domain."""

    domain: ClassVar[str] = "ai"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_playable(self, playable: AiPlayable) -> bool:
        """Take over media's newest word; False when it was older than what is known.

        The counters stay: they are ai's own.
        """
        values = values_of(playable)
        return await upsert(
            self._connection,
            ai_playables,
            values,
            keys=["playable"],
            changes={name: values[name] for name in PROJECTED},
            where=ai_playables.c.version < playable.version,
        )

    async def lock_playable(self, playable: str) -> AiPlayable:
        """What is known of a playable, held for update; made where nothing is known yet."""
        unknown = AiPlayable(
            playable=playable,
            artist_id=ArtistId(""),
            owner_id=UserId(""),
            title="",
            is_public=False,
            version=0,
            listener_count=0,
            like_count=0,
            popularity=0,
        )
        await insert_new(self._connection, ai_playables, values_of(unknown))
        statement = select(ai_playables).where(ai_playables.c.playable == playable)
        found = await lock_record(self._connection, statement, AiPlayable)
        assert found is not None, "it was just made"
        return found

    async def save_counters(self, playable: AiPlayable) -> None:
        """Write a playable's counters."""
        await self._connection.execute(
            update(ai_playables)
            .where(ai_playables.c.playable == playable.playable)
            .values(
                listener_count=playable.listener_count,
                like_count=playable.like_count,
                popularity=playable.popularity,
            )
        )

    async def add_behaviour(self, behaviour: Behaviour) -> bool:
        """Note what was done; False when it was noted before."""
        return await insert_new(self._connection, ai_behaviours, values_of(behaviour))

    async def forget_behaviours(self, before: datetime) -> int:
        """Delete what is older; how many there were."""
        result = await self._connection.execute(
            delete(ai_behaviours).where(ai_behaviours.c.at < before)
        )
        return result.rowcount

    async def lock_taste(self, user_id: UserId, playable: str, at: datetime) -> Taste:
        """A listener's taste, held for update; an empty one where there was none."""
        empty = Taste(
            user_id=user_id,
            playable=playable,
            play_count=0,
            is_liked=False,
            reaction_at=None,
            last_at=at,
        )
        await insert_new(self._connection, ai_tastes, values_of(empty))
        statement = select(ai_tastes).where(
            ai_tastes.c.user_id == user_id, ai_tastes.c.playable == playable
        )
        found = await lock_record(self._connection, statement, Taste)
        assert found is not None, "it was just made"
        return found

    async def save_taste(self, taste: Taste) -> None:
        """Write a changed taste."""
        values = values_of(taste)
        await self._connection.execute(
            update(ai_tastes)
            .where(
                ai_tastes.c.user_id == values.pop("user_id"),
                ai_tastes.c.playable == values.pop("playable"),
            )
            .values(**values)
        )

    async def find_heard_source(self, playable: str) -> str | None:
        """The original file that was listened to; None where there was none yet."""
        statement = select(ai_embeddings.c.source_key).where(ai_embeddings.c.playable == playable)
        source_key: str | None = (await self._connection.execute(statement)).scalar()
        return source_key

    async def save_embedding(self, analysis: AudioAnalysis, vector: bytes) -> None:
        """Write how a recording sounds, and take it out of all lists of neighbours."""
        values = values_of(analysis) | {"vector": vector, "farthest": ROOM}
        await upsert(self._connection, ai_embeddings, values, keys=["playable"])
        lists_with_it = select(ai_neighbours.c.playable).where(
            ai_neighbours.c.neighbour == analysis.playable
        )
        await self._connection.execute(
            update(ai_embeddings)
            .where(ai_embeddings.c.playable.in_(lists_with_it))
            .values(farthest=ROOM)
        )
        await self._connection.execute(
            delete(ai_neighbours).where(
                or_(
                    ai_neighbours.c.neighbour == analysis.playable,
                    ai_neighbours.c.playable == analysis.playable,
                )
            )
        )

    async def add_neighbours(self, neighbours: Sequence[Neighbour]) -> None:
        """Add to lists, and cut each of them to its length; four statements for any number."""
        if not neighbours:
            return
        is_postgres = self._connection.dialect.name == "postgresql"
        build = (postgresql.insert if is_postgres else sqlite.insert)(ai_neighbours)
        added = build.values([values_of(one) for one in neighbours])
        await self._connection.execute(
            added.on_conflict_do_update(
                index_elements=["playable", "neighbour"], set_={"score": added.excluded.score}
            )
        )
        await self._cut_lists(sorted({one.playable for one in neighbours}))

    async def add_model(self, model: TrainedModel) -> None:
        """Note a training; the same model trained again is noted as the newest."""
        await upsert(self._connection, ai_models, values_of(model), keys=["version"])

    async def _cut_lists(self, playables: Sequence[str]) -> None:
        """Keep the nearest of each list, and note how near the last one of a full list is."""
        place = func.row_number().over(
            partition_by=ai_neighbours.c.playable,
            order_by=(ai_neighbours.c.score.desc(), ai_neighbours.c.neighbour),
        )
        ranked = (
            select(ai_neighbours, place.label("place"))
            .where(ai_neighbours.c.playable.in_(playables))
            .subquery()
        )
        beyond = select(ranked.c.playable, ranked.c.neighbour).where(
            ranked.c.place > NEIGHBOURS_MAX
        )
        await self._connection.execute(
            delete(ai_neighbours).where(
                tuple_(ai_neighbours.c.playable, ai_neighbours.c.neighbour).in_(beyond)
            )
        )
        last = select(ranked.c.playable, ranked.c.score).where(ranked.c.place == NEIGHBOURS_MAX)
        full = (await self._connection.execute(last)).all()
        if full:
            await self._connection.execute(
                update(ai_embeddings)
                .where(ai_embeddings.c.playable == bindparam("full_playable"))
                .values(farthest=bindparam("last_score")),
                [{"full_playable": row.playable, "last_score": row.score} for row in full],
            )
