"""Messages into the outbox, in the transaction that makes them true."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables.platform import UNFINISHED, events, jobs
from domain.ids import JobId, UserId, new_id
from domain.messages.codec import encode
from domain.messages.envelope import Command, Event
from errors import DatabaseBusy

QUEUE_TRIES_MAX = 5


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A piece of background work as users see it."""

    id: JobId
    name: str
    state: JobState
    progress: float
    step: str | None
    """What is at work, or was when it ended badly; None where the work has no steps."""
    attempts: int
    error_code: str | None
    error: str | None
    owner_id: UserId | None
    created_at: datetime
    finished_at: datetime | None


async def add_command(
    connection: AsyncConnection,
    command: Command,
    *,
    now: datetime,
    owner_id: UserId | None = None,
    job_id: JobId | None = None,
    available_at: datetime | None = None,
) -> JobId:
    """Queue a command; the id of the job that carries it.

    An unfinished job with the same dedupe key, or a job of the same id, is left as it is and
    its id returned.
    """
    fresh = job_id or JobId(f"{command.domain()}.{new_id()}")
    dialect = connection.dialect.name
    upsert = postgresql.insert(jobs) if dialect == "postgresql" else sqlite.insert(jobs)
    queue_it = (
        upsert.values(
            id=fresh,
            name=command.name,
            payload=encode(command),
            queue=command.queue,
            state=JobState.QUEUED.value,
            dedupe_key=command.dedupe_key,
            owner_id=owner_id,
            available_at=available_at or now,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(jobs.c.id)
    )
    waiting = select(jobs.c.id).where(jobs.c.dedupe_key == command.dedupe_key, text(UNFINISHED))
    for _ in range(QUEUE_TRIES_MAX):
        if (await connection.execute(queue_it)).first() is not None or job_id is not None:
            return fresh
        found = (await connection.execute(waiting)).scalar_one_or_none()
        if found is not None:
            return JobId(found)
        # On PostgreSQL the job that stood in the way may have ended between the two.
    raise DatabaseBusy("The same work ends again and again just now; try again.")


async def add_event(connection: AsyncConnection, event: Event, *, now: datetime) -> None:
    """Append an event to the log."""
    await connection.execute(
        insert(events).values(
            id=new_id(),
            name=event.name,
            channel=event.channel,
            payload=encode(event),
            created_at=now,
        )
    )
