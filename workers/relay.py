"""Moves what was committed on its way: events to their handlers, messages to Redis."""

import asyncio
import logging
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence, Set
from datetime import datetime, timedelta
from functools import partial
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.broadcast.backend import LiveMessage
from cancellation import end_if_cancelled
from db.engine import Database, Databases
from db.outbox import JobState
from db.rows import insert_new
from db.tables.platform import jobs
from domain.clock import Clock
from domain.ids import JobId
from workers.event_rows import EventRow, lock_unrelayed, mark_relayed, read_unrelayed
from workers.job_rows import JobRows, notify, transaction
from workers.processes import is_surely_dead
from workers.registry import ATTEMPTS_MAX, Handler, Registry
from workers.runner import expired_failure
from workers.wakeup import Wakeup

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
RESEND: Final = timedelta(seconds=60)
OUTSTANDING_MAX: Final = 1_000
"""Job ids in one Redis queue; the others wait in the database."""
HANDLER_JOBS: Final = uuid.UUID("6f1f0a3e-2c55-5d0b-9a53-6d0f7a4b8e11")


class Carrier(Protocol):
    """What takes live messages and job ids to other processes (distributed profile)."""

    @property
    def queues(self) -> Set[str]:
        """The queues it knows."""
        ...

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Send live messages, in order."""

    async def send_jobs(self, queue: str, job_ids: Sequence[JobId]) -> None:
        """Offer jobs to the workers of a queue."""

    async def outstanding(self, queue: str) -> int:
        """How many job ids wait or are being worked."""


class Relay:
    """One step of it looks at every database; any number of relays may run at once.

    events row ─► one job for each handler, in its domain's database
               └► the Redis bus, if it has a channel        (distributed)
    jobs row   ─► the Redis queue; again when overdue       (distributed)
    lease over ─► waits again
    """

    def __init__(
        self,
        databases: Databases,
        rows: Iterable[JobRows],
        registry: Registry,
        clock: Clock,
        *,
        carrier: Carrier | None = None,
        resend: timedelta = RESEND,
    ) -> None:
        self._databases = databases
        self._rows = tuple(rows)
        self._registry = registry
        self._clock = clock
        self._carrier = carrier
        self._resend = resend

    async def run(self, wakeup: Wakeup) -> None:
        """Relay until cancelled; events, jobs and leases do not wait for each other."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_repeat(self.relay_all_events, wakeup))
            if self._carrier is not None:
                group.create_task(_repeat(partial(self.send_all_jobs, self._carrier), wakeup))
            group.create_task(_repeat(self.expire_all_leases, Wakeup()))

    async def step(self) -> bool:
        """Do each of it once; True when there may be more events."""
        has_more = await self.relay_all_events()
        await self.expire_all_leases()
        if self._carrier is not None:
            await self.send_all_jobs(self._carrier)
        return has_more

    async def relay_all_events(self) -> bool:
        """Hand over a slice of each event log; True when there may be more."""
        has_more = False
        for database in self._databases.distinct():
            has_more |= await self.relay_events(database)
        return has_more

    async def send_all_jobs(self, carrier: Carrier) -> bool:
        """Offer the waiting jobs of each database to the broker; True when there were any."""
        has_more = False
        for rows in self._rows:
            has_more |= await self.send_jobs(rows, carrier)
        return has_more

    async def expire_all_leases(self) -> bool:
        """Look after the jobs of dead workers; there is never more to do at once."""
        for rows in self._rows:
            await self.expire_leases(rows)
        return False

    async def relay_events(self, database: Database) -> bool:
        """Hand over a slice of one event log; True when there was something.

        The jobs in the events' own database and the mark commit together; those in other
        databases were written before, under an id that a repetition meets again.
        """
        if database.dialect == "postgresql":
            async with transaction(database) as connection:
                rows = await lock_unrelayed(connection)
                await self._deliver_elsewhere(rows, database)
                await self._keep(rows, database, connection)
            return bool(rows)
        rows = await read_unrelayed(database)
        if rows:
            await self._deliver_elsewhere(rows, database)
            async with transaction(database) as connection:
                await self._keep(rows, database, connection)
        return bool(rows)

    async def expire_leases(self, rows: JobRows) -> None:
        """Let the jobs of dead workers wait again, or end those that kill every worker."""
        now = self._clock.now()
        leases = await rows.leases()
        dead = [each.lease_owner for each in leases if is_surely_dead(each.lease_owner)]
        if not dead and all(each.lease_until >= now for each in leases):
            return
        for row in await rows.expire(dead):
            handler = self._registry.find(row.name)
            attempts_max = handler.attempts_max if handler else ATTEMPTS_MAX
            failure = expired_failure(row.attempts, attempts_max)
            log.warning("job %s (%s) lost its worker", row.id, row.name)
            if failure is not None:
                await rows.bury_waiting(row.id, failure)

    async def send_jobs(self, rows: JobRows, carrier: Carrier) -> bool:
        """Offer waiting jobs to the queues that are not full; overdue ones again."""
        open_queues = [
            queue
            for queue in await rows.queues_unsent() & carrier.queues
            if await carrier.outstanding(queue) < OUTSTANDING_MAX
        ]
        if not open_queues:
            return False
        taken: dict[str, list[JobId]] = defaultdict(list)
        for row in await rows.take_unsent(open_queues, resend=self._resend):
            taken[row.queue].append(row.id)
        for queue, job_ids in taken.items():
            try:
                await carrier.send_jobs(queue, job_ids)
            except Exception:
                await rows.mark_unsent(job_ids)
                raise
        return bool(taken)

    async def _deliver_elsewhere(self, rows: Sequence[EventRow], home: Database) -> None:
        if self._carrier is not None:
            live = [LiveMessage(row.channel, row.payload) for row in rows if row.channel]
            if live:
                await self._carrier.publish_many(live)
        for database in self._databases.distinct():
            if database is home:
                continue
            wanted = self._handler_jobs(rows, database)
            if wanted:
                async with transaction(database) as connection:
                    await self._add(connection, wanted)

    async def _keep(
        self, rows: Sequence[EventRow], home: Database, connection: AsyncConnection
    ) -> None:
        if rows:
            await self._add(connection, self._handler_jobs(rows, home))
            await mark_relayed(connection, rows, self._clock.now())

    def _handler_jobs(
        self, rows: Sequence[EventRow], database: Database
    ) -> list[tuple[EventRow, Handler]]:
        return [
            (row, handler)
            for row in rows
            for handler in self._registry.of_event(row.name)
            if handler.domain in database.domains
        ]

    async def _add(
        self, connection: AsyncConnection, wanted: Sequence[tuple[EventRow, Handler]]
    ) -> None:
        """One job for each event and handler, however often this is repeated."""
        now = self._clock.now()
        for row, handler in wanted:
            await insert_new(connection, jobs, _handler_job(row, handler, now))
        if wanted:
            await notify(connection)


async def _repeat(act: Callable[[], Awaitable[bool]], wakeup: Wakeup) -> None:
    """Act at every wakeup and tick, until cancelled; rows stand as they are when it fails."""
    while True:
        end_if_cancelled()
        seen = wakeup.count
        try:
            has_more = await act()
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            log.warning("the relay goes on after a pause: %r", error)
            await asyncio.sleep(TICK_SECONDS)
            continue
        if not has_more:
            await wakeup.wait(seen, TICK_SECONDS)


def _handler_job(row: EventRow, handler: Handler, now: datetime) -> dict[str, object]:
    number = uuid.uuid5(HANDLER_JOBS, f"{row.id}:{handler.name}")
    return {
        "id": f"{handler.domain}.{number}",
        "name": handler.name,
        "payload": row.payload,
        "queue": handler.queue,
        "state": JobState.QUEUED.value,
        "available_at": now,
        "created_at": now,
    }
