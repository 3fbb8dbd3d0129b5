"""The rows of `events`: read in their order, handed over, and forgotten after a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database
from db.read import query
from db.tables.platform import events, idempotent_answers
from workers.job_rows import transaction

EVENTS_MAX: Final = 200
DELETED_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One entry of the event log."""

    sequence: int
    id: str
    name: str
    channel: str | None
    payload: bytes


UNRELAYED: Final = (
    select(events.c.sequence, events.c.id, events.c.name, events.c.channel, events.c.payload)
    .where(events.c.relayed_at.is_(None))
    .order_by(events.c.sequence)
    .limit(EVENTS_MAX)
)
READ_UNRELAYED: Final = query(UNRELAYED, EventRow)


async def read_unrelayed(database: Database) -> list[EventRow]:
    """The next events that nobody handed over, without holding them."""
    return await database.read.fetch(READ_UNRELAYED)


async def lock_unrelayed(connection: AsyncConnection) -> list[EventRow]:
    """The next events that no other relay holds, held until the transaction ends.

    On PostgreSQL commit order is not sequence order, so a relay never asks for
    "greater than the last": it asks for what is not handed over.
    """
    rows = await connection.execute(UNRELAYED.with_for_update(skip_locked=True))
    return [EventRow(**row) for row in rows.mappings()]


async def mark_relayed(
    connection: AsyncConnection, rows: Sequence[EventRow], now: datetime
) -> None:
    """Hand these over no more."""
    await connection.execute(
        update(events)
        .where(events.c.sequence.in_([row.sequence for row in rows]))
        .values(relayed_at=now)
    )


async def delete_events(database: Database, before: datetime) -> int:
    """Forget a slice of the events that were handed over and are older than that."""
    old = (
        select(events.c.sequence)
        .where(events.c.relayed_at.is_not(None), events.c.created_at < before)
        .order_by(events.c.sequence)
        .limit(DELETED_MAX)
    )
    async with transaction(database) as connection:
        result = await connection.execute(delete(events).where(events.c.sequence.in_(old)))
        return result.rowcount


async def delete_answers(database: Database, before: datetime) -> int:
    """Forget a slice of the answers kept for idempotency keys older than that."""
    old = (
        select(idempotent_answers.c.key)
        .where(idempotent_answers.c.created_at < before)
        .limit(DELETED_MAX)
    )
    async with transaction(database) as connection:
        result = await connection.execute(
            delete(idempotent_answers).where(idempotent_answers.c.key.in_(old))
        )
        return result.rowcount
