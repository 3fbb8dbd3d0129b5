"""Runs one claimed job: bounds, lease, retries, and the end that is written once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from cancellation import end_if_cancelled
from domain.messages.codec import decode
from domain.messages.envelope import Message
from errors import AppError, DependencyError
from workers.context import Progress, WorkerContext
from workers.figures import JobFigures
from workers.job_rows import ClaimedJob, JobRows
from workers.registry import Handler, Registry
from workers.retry import Failure, failure_of, pause_before

log = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=15)
CRASHES_MAX: Final = 20
"""Starts beyond `attempts_max` that a job may lose to dying workers before it is dead."""
WRITE_TRIES_MAX: Final = 5
WRITE_PAUSE_SECONDS: Final = 0.2

MakeContext = Callable[[ClaimedJob, Progress, bool], WorkerContext]


@dataclass(slots=True)
class _Running:
    rows: JobRows
    lease: asyncio.Timeout
    is_ending: bool = False
    """The handler is through and its end is being written: the row's lease still counts."""


class Runner:
    """Runs jobs under a lease that it prolongs while they run.

    An attempt is cancelled before its lease could end, so no two workers run one job.
    """

    def __init__(
        self,
        registry: Registry,
        make_context: MakeContext,
        *,
        lease: timedelta = LEASE,
        figures: JobFigures | None = None,
    ) -> None:
        self._registry = registry
        self._make_context = make_context
        self._lease_seconds = lease.total_seconds()
        self._figures = figures
        self._running: dict[str, _Running] = {}

    @property
    def running(self) -> int:
        """How many jobs run now."""
        return len(self._running)

    async def run(self, job: ClaimedJob, rows: JobRows) -> None:
        """Run an attempt to its end and write that end; only cancellation is raised."""
        handler = self._registry.find(job.name)
        if handler is None:
            await self._bury(job, rows, Failure.of("UNKNOWN_JOB", f"Nothing runs {job.name}."))
            return
        try:
            message = decode(job.payload, handler.message_type)
        except msgspec.MsgspecError as error:
            await self._bury(job, rows, Failure.of("BAD_MESSAGE", str(error)))
            return
        await self._attempt(job, rows, handler, message)

    async def keep_leases(self) -> None:
        """Prolong the leases of all running jobs, three times within each, until cancelled."""
        while True:
            end_if_cancelled()
            await asyncio.sleep(self._lease_seconds / 3)
            for rows in {running.rows for running in self._running.values()}:
                await self._keep_leases_of(rows)

    async def _attempt(
        self, job: ClaimedJob, rows: JobRows, handler: Handler, message: Message
    ) -> None:
        is_last = job.attempts >= handler.attempts_max
        progress = Progress(lambda fraction, step: self._report(job, rows, fraction, step))
        context = self._make_context(job, progress, is_last)
        lease = asyncio.timeout(self._lease_seconds * 0.9)
        began, outcome = time.monotonic(), "done"
        try:
            async with lease:
                running = self._running[job.lease_owner] = _Running(rows, lease)
                try:
                    async with asyncio.timeout(handler.seconds_max):
                        await handler.call(message, context)
                finally:
                    running.is_ending = True
        except asyncio.CancelledError:
            outcome = "given back"
            await self._write(job, lambda: rows.release(job))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was stands on the row
            if lease.expired():
                outcome = "lost"
                log.warning("job %s lost its lease and was stopped", job.id)
                return
            outcome = await self._fail(job, rows, handler, error)
        else:
            await self._write(job, lambda: rows.finish(job))
        finally:
            self._running.pop(job.lease_owner, None)
            if self._figures is not None:
                self._figures.end(job.name, outcome, time.monotonic() - began)

    async def _fail(
        self, job: ClaimedJob, rows: JobRows, handler: Handler, error: Exception
    ) -> str:
        """Write that an attempt failed; what becomes of the job."""
        failure = failure_of(error)
        if failure.is_retryable and job.attempts < handler.attempts_max:
            pause = pause_before(job.attempts)
            log.info("job %s (%s) tries again: %s", job.id, job.name, failure.message)
            await self._write(job, lambda: rows.retry(job, failure, pause))
            return "retried"
        if not isinstance(error, AppError):
            log.error("job %s (%s) failed", job.id, job.name, exc_info=error)
        await self._bury(job, rows, failure)
        return "dead"

    async def _bury(self, job: ClaimedJob, rows: JobRows, failure: Failure) -> None:
        log.warning("job %s (%s) is dead: %s", job.id, job.name, failure.message)
        await self._write(job, lambda: rows.bury(job, failure))

    async def _report(
        self, job: ClaimedJob, rows: JobRows, fraction: float, step: str | None
    ) -> None:
        try:
            await rows.set_progress(job, fraction, step)
        except DependencyError as error:
            log.info("progress of %s was not written: %s", job.id, error)

    async def _write(self, job: ClaimedJob, write: Callable[[], Awaitable[bool]]) -> None:
        """Write an attempt's end; if the database stays away the lease ends by itself."""
        for attempt in range(1, WRITE_TRIES_MAX + 1):
            try:
                if not await write():
                    log.warning("job %s had lost its lease; its end is not ours", job.id)
                return
            except DependencyError as error:
                log.warning("the end of job %s was not written: %s", job.id, error)
                await asyncio.sleep(WRITE_PAUSE_SECONDS * attempt)

    async def _keep_leases_of(self, rows: JobRows) -> None:
        mine = {owner: r for owner, r in self._running.items() if r.rows is rows}
        before = asyncio.get_running_loop().time()
        try:
            held = await rows.renew(list(mine))
        except DependencyError as error:
            log.warning("leases were not prolonged: %s", error)
            return
        for owner, running in mine.items():
            if running.is_ending or running.lease.expired():
                continue
            until = before + self._lease_seconds * 0.9 if owner in held else before
            running.lease.reschedule(until)


def expired_failure(attempts: int, attempts_max: int) -> Failure | None:
    """Why a job whose workers died again and again is given up; None while it may go on."""
    if attempts < attempts_max + CRASHES_MAX:
        return None
    return Failure.of("WORKER_DIED", f"The worker died in each of {attempts} attempts.")
