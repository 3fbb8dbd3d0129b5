"""One worker process: its queue, relay, leases and clock, from start to a drained stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.broadcast.backends.redis_streams import RedisPublisher
from db.engine import Databases
from domain.clock import Clock
from workers.broker_queue import BrokerQueue, RedisCarrier
from workers.figures import JobFigures
from workers.job_rows import JobRows
from workers.processes import name_process
from workers.queue import DatabaseQueue, JobQueue
from workers.registry import Registry
from workers.relay import RESEND, Relay
from workers.runner import LEASE, MakeContext, Runner
from workers.scheduler import Periodic, Scheduler
from workers.wakeup import Wakeup, watch

log = logging.getLogger(__name__)

RETURN_SECONDS_MAX: Final = 5.0
"""How long giving back unfinished jobs may take after the grace period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """What differs between two workers."""

    slots: Mapping[str, int]
    """How many jobs of each queue run at once."""
    redis_url: str | None = None
    """Set in the distributed profile."""
    lease: timedelta = LEASE
    """How long a job of a dead worker stays unclaimed."""
    resend: timedelta = RESEND
    """How long a job id sent to Redis may take before it is sent again."""
    grace_seconds: float = 20.0
    """How long running jobs may take after a stop; then they go back to the queue."""
    periodic: Sequence[Periodic] = field(default=())
    """Commands sent by the clock."""
    figures: JobFigures | None = None
    """What is counted; None: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """The parts of a worker, wired."""

    databases: Databases
    rows: Sequence[JobRows]
    queue: JobQueue
    runner: Runner
    relay: Relay
    scheduler: Scheduler
    wakeup: Wakeup
    grace_seconds: float
    figures: JobFigures | None = None

    async def look(self) -> None:
        """Read each database once, so that one without tables is noticed at the start."""
        for rows in self.rows:
            await rows.queues_waiting()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then take nothing new, finish what runs, give back the rest."""
        async with asyncio.TaskGroup() as group:
            helpers = [
                group.create_task(watch(self.databases.distinct(), self.wakeup)),
                group.create_task(self.relay.run(self.wakeup)),
                group.create_task(self.scheduler.run()),
                group.create_task(self.runner.keep_leases()),
            ]
            if self.figures is not None:
                helpers.append(group.create_task(self.figures.watch(self.rows)))
            working = group.create_task(self.queue.work())
            stopping = group.create_task(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self.queue.stop()
            _, late = await asyncio.wait({working}, timeout=self.grace_seconds)
            if late:
                log.info("%d jobs go back to the queue", self.runner.running)
                working.cancel()
                await asyncio.wait({working}, timeout=RETURN_SECONDS_MAX)
            for task in (*helpers, stopping):
                task.cancel()


@asynccontextmanager
async def open_worker(
    databases: Databases,
    registry: Registry,
    make_context: MakeContext,
    clock: Clock,
    options: WorkerOptions,
) -> AsyncIterator[Worker]:
    """Wire a worker of either profile."""
    process = name_process()
    rows = [
        JobRows(database, clock, process=process, lease=options.lease)
        for database in databases.distinct()
    ]
    runner = Runner(registry, make_context, lease=options.lease, figures=options.figures)
    scheduler = Scheduler(databases, rows, clock, periodic=options.periodic)
    wakeup = Wakeup()

    def build(queue: JobQueue, relay: Relay) -> Worker:
        return Worker(
            databases=databases,
            rows=rows,
            queue=queue,
            runner=runner,
            relay=relay,
            scheduler=scheduler,
            wakeup=wakeup,
            grace_seconds=options.grace_seconds,
            figures=options.figures,
        )

    if options.redis_url is None:
        database_queue = DatabaseQueue(rows, runner, wakeup, options.slots)
        yield build(database_queue, Relay(databases, rows, registry, clock))
        return
    publisher = RedisPublisher(options.redis_url)
    broker_queue = BrokerQueue(options.redis_url, rows, runner, options.slots, process=process)
    carrier = RedisCarrier(publisher, broker_queue)
    try:
        yield build(
            broker_queue,
            Relay(databases, rows, registry, clock, carrier=carrier, resend=options.resend),
        )
    finally:
        await publisher.close()
