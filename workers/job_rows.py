"""The rows of `jobs`: claimed with a lease, and finished by whoever holds it, once."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, text, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database
from db.outbox import JobState, add_event
from db.read import query
from db.tables.platform import UNFINISHED, jobs
from db.types import Instant
from db.unit_of_work import RELAY_CHANNEL
from domain.clock import Clock
from domain.ids import JobId, new_id
from domain.messages.events import JobProgressed
from errors import DatabaseBusy
from workers.retry import Failure

ROWS_MAX: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job that this process may run until its lease ends."""

    id: JobId
    name: str
    payload: bytes
    attempts: int
    """Starts so far, this one included."""
    lease_owner: str
    """Names this claim alone: a job that was lost and claimed again has another."""
    database: Database


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """What operators and the reaper see of a job."""

    id: JobId
    name: str
    queue: str
    attempts: int
    error_code: str | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """That a process runs a job, and until when it may."""

    lease_owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _QueueName:
    queue: str


JOB_COLUMNS: Final = (
    jobs.c.id,
    jobs.c.name,
    jobs.c.queue,
    jobs.c.attempts,
    jobs.c.error_code,
    jobs.c.error,
)
IS_UNFINISHED: Final = text(UNFINISHED)  # spelled as in the partial indexes, so they serve
NO_LEASE: Final[dict[str, Any]] = {"lease_until": None, "lease_owner": None}
QUEUED: Final = JobState.QUEUED.value
RUNNING: Final = JobState.RUNNING.value

MOVED_COLUMNS: Final = (jobs.c.id, jobs.c.owner_id, jobs.c.state, jobs.c.progress, jobs.c.step)
NOW: Final = bindparam("now", type_=Instant())
QUEUES_WAITING: Final = query(
    select(jobs.c.queue)
    .where(jobs.c.state == QUEUED, IS_UNFINISHED, jobs.c.available_at <= NOW)
    .distinct(),
    _QueueName,
)
QUEUES_UNSENT: Final = query(
    select(jobs.c.queue)
    .where(
        jobs.c.state == QUEUED,
        IS_UNFINISHED,
        jobs.c.available_at <= NOW,
        (jobs.c.lease_until.is_(None)) | (jobs.c.lease_until < NOW),
    )
    .distinct(),
    _QueueName,
)
LEASES: Final = query(
    select(jobs.c.lease_owner, jobs.c.lease_until)
    .where(jobs.c.state == RUNNING, IS_UNFINISHED)
    .limit(ROWS_MAX),
    Lease,
)


class JobRows:
    """The jobs of one database.

        queued ──claim──► running ──finish──► done
           ▲                 │ └────bury────► dead
           └─retry, release, expire─┘

    Every change of a running job asks for the lease it was claimed with, so an attempt
    that lost its lease changes nothing.
    """

    def __init__(self, database: Database, clock: Clock, *, process: str, lease: timedelta) -> None:
        self.database = database
        self._clock = clock
        self._process = process
        self._lease = lease

    async def queues_waiting(self) -> set[str]:
        """The queues that have work now; takes no lock."""
        now = self._clock.now()
        rows = await self.database.read.fetch(QUEUES_WAITING, now=now)
        return {row.queue for row in rows}

    async def claim(self, queue: str) -> ClaimedJob | None:
        """Take the job of this queue that waits longest; None when nothing waits."""
        return await self._claim(jobs.c.queue == queue)

    async def claim_by_id(self, job_id: JobId) -> ClaimedJob | None:
        """Take this job; None when it is not waiting (done, or run by another)."""
        return await self._claim(jobs.c.id == job_id)

    async def renew(self, lease_owners: Collection[str]) -> set[str]:
        """Prolong leases; returns those that we still hold."""
        async with transaction(self.database) as connection:
            result = await connection.execute(
                update(jobs)
                .where(jobs.c.lease_owner.in_(lease_owners), jobs.c.state == RUNNING)
                .values(lease_until=self._clock.now() + self._lease)
                .returning(jobs.c.lease_owner)
            )
            return set(result.scalars())

    async def set_progress(self, job: ClaimedJob, progress: float, step: str | None = None) -> bool:
        """Write how far the job is and tell its channel; False when the lease is lost."""
        return await self._change(job, progress=progress, step=step, state=RUNNING)

    async def finish(self, job: ClaimedJob) -> bool:
        """The job is done; False when the lease is lost."""
        now = self._clock.now()
        done = JobState.DONE.value
        return await self._change(
            job, progress=1.0, step=None, state=done, finished_at=now, error=None, error_code=None
        )

    async def retry(self, job: ClaimedJob, failure: Failure, pause: timedelta) -> bool:
        """The attempt failed and there will be another; False when the lease is lost."""
        return await self._change(
            job,
            state=QUEUED,
            available_at=self._clock.now() + pause,
            error_code=failure.code,
            error=failure.message,
        )

    async def bury(self, job: ClaimedJob, failure: Failure) -> bool:
        """The job is dead; False when the lease is lost."""
        return await self._change(
            job,
            state=JobState.DEAD.value,
            finished_at=self._clock.now(),
            error_code=failure.code,
            error=failure.message,
        )

    async def release(self, job: ClaimedJob) -> bool:
        """Give an unfinished job back, as if this attempt had never begun."""
        return await self._change(job, state=QUEUED, attempts=job.attempts - 1)

    async def expire(self, dead: Collection[str] = ()) -> list[JobRow]:
        """Queue again what died with its worker: the lease has ended, or its owner is dead."""
        now = self._clock.now()
        is_over = (jobs.c.lease_until < now) | jobs.c.lease_owner.in_(dead)
        async with transaction(self.database) as connection:
            result = await connection.execute(
                update(jobs)
                .where(jobs.c.state == RUNNING, IS_UNFINISHED, is_over)
                .values(state=QUEUED, **NO_LEASE)
                .returning(*JOB_COLUMNS)
            )
            return [JobRow(**row) for row in result.mappings()]

    async def leases(self) -> list[Lease]:
        """Who runs what until when; takes no lock."""
        return await self.database.read.fetch(LEASES)

    async def bury_waiting(self, job_id: JobId, failure: Failure) -> None:
        """A waiting job is dead, before anybody claims it."""
        async with transaction(self.database) as connection:
            result = await connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == QUEUED)
                .values(
                    state=JobState.DEAD.value,
                    finished_at=self._clock.now(),
                    error_code=failure.code,
                    error=failure.message,
                )
                .returning(*MOVED_COLUMNS)
            )
            await self._tell(connection, result.first())

    async def queues_unsent(self) -> set[str]:
        """The queues with jobs for `take_unsent`; takes no lock."""
        rows = await self.database.read.fetch(QUEUES_UNSENT, now=self._clock.now())
        return {row.queue for row in rows}

    async def take_unsent(self, queues: Sequence[str], *, resend: timedelta) -> list[JobRow]:
        """Waiting jobs that a broker was not told of, or was told of too long ago.

        A waiting job has no lease, so its `lease_until` says when to tell the broker again.
        """
        now = self._clock.now()
        unsent = (
            select(jobs.c.id)
            .where(
                jobs.c.state == QUEUED,
                IS_UNFINISHED,
                jobs.c.queue.in_(queues),
                jobs.c.available_at <= now,
                (jobs.c.lease_until.is_(None)) | (jobs.c.lease_until < now),
            )
            .order_by(jobs.c.available_at)
            .limit(ROWS_MAX)
            .with_for_update(skip_locked=True)
        )
        async with transaction(self.database) as connection:
            ids = (await connection.execute(unsent)).scalars().all()
            if not ids:
                return []
            result = await connection.execute(
                update(jobs)
                .where(jobs.c.id.in_(ids))
                .values(lease_until=now + resend)
                .returning(*JOB_COLUMNS)
            )
            return [JobRow(**row) for row in result.mappings()]

    async def mark_unsent(self, job_ids: Sequence[JobId]) -> None:
        """The broker did not take these: they are sent again at once."""
        async with transaction(self.database) as connection:
            await connection.execute(
                update(jobs)
                .where(jobs.c.id.in_(job_ids), jobs.c.state == QUEUED)
                .values(lease_until=None)
            )

    async def list_dead(self) -> list[JobRow]:
        """Dead jobs, the newest first, at most `ROWS_MAX`."""
        statement = (
            select(*JOB_COLUMNS)
            .where(jobs.c.state == JobState.DEAD.value)
            .order_by(jobs.c.finished_at.desc())
            .limit(ROWS_MAX)
        )
        async with transaction(self.database) as connection:
            return [JobRow(**row) for row in (await connection.execute(statement)).mappings()]

    async def revive(self, job_id: JobId) -> bool:
        """A dead job waits again, with all its attempts.

        False when it is not dead, or an unfinished job has the same dedupe key.
        """
        try:
            async with transaction(self.database) as connection:
                result = await connection.execute(
                    update(jobs)
                    .where(jobs.c.id == job_id, jobs.c.state == JobState.DEAD.value)
                    .values(
                        state=QUEUED,
                        attempts=0,
                        progress=0.0,
                        available_at=self._clock.now(),
                        finished_at=None,
                        **NO_LEASE,
                    )
                )
                return result.rowcount == 1
        except IntegrityError:
            return False

    async def delete_done(self, before: datetime, *, is_owned: bool) -> int:
        """Forget done jobs that ended before then, a slice of them; dead ones stay."""
        owner = jobs.c.owner_id.is_not(None) if is_owned else jobs.c.owner_id.is_(None)
        old = (
            select(jobs.c.id)
            .where(jobs.c.finished_at < before, jobs.c.state == JobState.DONE.value, owner)
            .limit(ROWS_MAX)
        )
        async with transaction(self.database) as connection:
            result = await connection.execute(delete(jobs).where(jobs.c.id.in_(old)))
            return result.rowcount

    async def _claim(self, which: ColumnElement[bool]) -> ClaimedJob | None:
        now = self._clock.now()
        waiting = (
            select(jobs.c.id)
            .where(jobs.c.state == QUEUED, IS_UNFINISHED, jobs.c.available_at <= now, which)
            .order_by(jobs.c.available_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        lease_owner = f"{self._process}/{new_id()}"
        async with transaction(self.database) as connection:
            result = await connection.execute(
                update(jobs)
                .where(jobs.c.id == waiting.scalar_subquery(), jobs.c.state == QUEUED)
                .values(
                    state=RUNNING,
                    attempts=jobs.c.attempts + 1,
                    lease_owner=lease_owner,
                    lease_until=now + self._lease,
                )
                .returning(*MOVED_COLUMNS, jobs.c.name, jobs.c.payload, jobs.c.attempts)
            )
            row = result.first()
            if row is None:
                return None
            await self._tell(connection, row)
            return ClaimedJob(
                id=row.id,
                name=row.name,
                payload=row.payload,
                attempts=row.attempts,
                lease_owner=lease_owner,
                database=self.database,
            )

    async def _change(self, job: ClaimedJob, *, state: str, **values: Any) -> bool:
        if state != RUNNING:
            values |= NO_LEASE
        async with transaction(self.database) as connection:
            result = await connection.execute(
                update(jobs)
                .where(
                    jobs.c.id == job.id,
                    jobs.c.state == RUNNING,
                    jobs.c.lease_owner == job.lease_owner,
                )
                .values(state=state, **values)
                .returning(*MOVED_COLUMNS)
            )
            moved = result.first()
            await self._tell(connection, moved)
            return moved is not None

    async def _tell(self, connection: AsyncConnection, moved: Row[Any] | None) -> None:
        """Say in the same commit that a job moved, if somebody asked for it."""
        if moved is not None:
            if moved.owner_id is not None:
                event = JobProgressed(
                    job_id=moved.id, state=moved.state, progress=moved.progress, step=moved.step
                )
                await add_event(connection, event, now=self._clock.now())
            await notify(connection)


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncConnection]:
    """One write transaction, committed at the end of the block.

    Raises:
        DatabaseBusy: the database gave no connection or lock in time.
    """
    try:
        connection = await database.engine.connect()
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise DatabaseBusy("The database is busy; try again.") from error
    try:
        async with connection.begin():
            yield connection
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except DBAPIError as error:
        raise DatabaseBusy("The database is busy; try again.") from error
    finally:
        await connection.close()


async def notify(connection: AsyncConnection) -> None:
    """Wake the relays when this commits; on SQLite the commit itself is the sign."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"NOTIFY {RELAY_CHANNEL}"))
