"""What happens by the clock: commands at a steady pace, and forgetting what is old."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select, text

from cancellation import end_if_cancelled
from db.engine import Database, Databases
from db.outbox import add_command
from db.tables.platform import UNFINISHED, jobs
from db.types import EPOCH
from domain.clock import Clock
from domain.ids import JobId
from domain.messages.envelope import Command
from workers.event_rows import delete_answers, delete_events
from workers.job_rows import JobRows, notify, transaction

log = logging.getLogger(__name__)

RETENTION_EVERY: Final = timedelta(minutes=10)
SLICES_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A command sent once in each period, by whichever worker comes first."""

    command: Command
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what is over is kept."""

    events: timedelta = timedelta(days=2)
    """Events that were handed over; longer than any gateway may lag."""
    owned_jobs: timedelta = timedelta(days=30)
    """Done jobs that somebody may still ask for."""
    other_jobs: timedelta = timedelta(days=1)
    """Done jobs that nobody asked for: handlers of events, periodic commands."""
    answers: timedelta = timedelta(hours=24)
    """First answers of mutations with an Idempotency-Key."""


class Scheduler:
    """Runs in every worker; periods are counted from 1970, so two workers agree on them."""

    def __init__(
        self,
        databases: Databases,
        rows: Iterable[JobRows],
        clock: Clock,
        *,
        periodic: Sequence[Periodic] = (),
        retention: Retention | None = None,
    ) -> None:
        self._databases = databases
        self._rows = tuple(rows)
        self._clock = clock
        self._periodic = tuple(periodic)
        self._retention = retention or Retention()

    async def run(self) -> None:
        """Go by the clock until cancelled."""
        async with asyncio.TaskGroup() as group:
            for each in self._periodic:
                group.create_task(_repeat(each.every, partial(self.send, each)))
            group.create_task(_repeat(RETENTION_EVERY, self.forget_old))

    async def send(self, periodic: Periodic) -> bool:
        """Queue a period's command, unless it is there or an earlier one is unfinished."""
        command = periodic.command
        now = self._clock.now()
        period = (now - EPOCH) // periodic.every
        unfinished = select(jobs.c.id).where(jobs.c.name == command.name, text(UNFINISHED))
        async with transaction(self._databases.of(command.domain())) as connection:
            if (await connection.execute(unfinished.limit(1))).first() is not None:
                return False
            job_id = JobId(f"{command.domain()}.{command.name}.{period}")
            await add_command(connection, command, now=now, job_id=job_id)
            await notify(connection)
        return True

    async def forget_old(self) -> None:
        """Delete what is older than its retention, in slices that hold no lock for long."""
        now = self._clock.now()
        kept = self._retention
        for database in self._databases.distinct():
            await _in_slices(delete_events, database, now - kept.events)
            await _in_slices(delete_answers, database, now - kept.answers)
        for rows in self._rows:
            for _ in range(SLICES_MAX):
                owned = await rows.delete_done(now - kept.owned_jobs, is_owned=True)
                other = await rows.delete_done(now - kept.other_jobs, is_owned=False)
                if owned + other == 0:
                    break


async def _in_slices(
    delete: Callable[[Database, datetime], Awaitable[int]], database: Database, before: datetime
) -> None:
    for _ in range(SLICES_MAX):
        if await delete(database, before) == 0:
            return


async def _repeat(every: timedelta, act: Callable[[], Awaitable[object]]) -> None:
    """Do it once in each period, at another moment in each process."""
    while True:
        end_if_cancelled()
        await asyncio.sleep(every.total_seconds() * random.uniform(0.8, 1.0))  # noqa: S311
        try:
            await act()
        except Exception as error:  # noqa: BLE001 - the next period comes
            log.warning("a periodic task failed: %r", error)
