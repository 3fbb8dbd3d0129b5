"""The embedded queue: the rows themselves, worked by a number of slots for each queue."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from errors import DependencyError
from workers.job_rows import ClaimedJob, JobRows
from workers.runner import Runner
from workers.wakeup import Wakeup

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 0.5
"""How often a queue looks by itself, for retries that fall due without a commit."""


class JobQueue(Protocol):
    """Takes jobs from somewhere and has them run."""

    async def work(self) -> None:
        """Run jobs until `stop`, then those that run already; cancelled, give those back."""

    def stop(self) -> None:
        """Take no new job."""


class DatabaseQueue:
    """Claims jobs in the order of their waiting; a commit wakes it within 25 ms."""

    def __init__(
        self,
        rows: Sequence[JobRows],
        runner: Runner,
        wakeup: Wakeup,
        slots: Mapping[str, int],
    ) -> None:
        assert all(count > 0 for count in slots.values()), slots
        self._rows = list(rows)
        self._runner = runner
        self._wakeup = wakeup
        self._slots = dict(slots)
        self._is_stopping = False

    async def work(self) -> None:
        """Run jobs until `stop`, then those that run already; cancelled, give those back."""
        async with asyncio.TaskGroup() as group:
            for queue, count in self._slots.items():
                group.create_task(self._work_queue(queue, count), name=f"queue-{queue}")

    def stop(self) -> None:
        """Take no new job."""
        self._is_stopping = True
        self._wakeup.ring()

    async def _work_queue(self, queue: str, slots: int) -> None:
        free = asyncio.Semaphore(slots)
        async with asyncio.TaskGroup() as group:
            while True:
                await free.acquire()
                if self._is_stopping:
                    return
                seen = self._wakeup.count
                claimed = await self._claim(queue)
                if claimed is None:
                    free.release()
                    await self._wakeup.wait(seen, LOOK_SECONDS)
                else:
                    group.create_task(self._run(*claimed, free))

    async def _claim(self, queue: str) -> tuple[ClaimedJob, JobRows] | None:
        """The next job of any database, each of them first in turn."""
        self._rows.append(self._rows.pop(0))
        try:
            for rows in self._rows:
                if queue in await rows.queues_waiting():
                    job = await rows.claim(queue)
                    if job is not None:
                        return job, rows
        except DependencyError as error:
            log.warning("queue %s looks again after a pause: %s", queue, error)
        return None

    async def _run(self, job: ClaimedJob, rows: JobRows, free: asyncio.Semaphore) -> None:
        try:
            await self._runner.run(job, rows)
        except Exception:
            log.exception("job %s could not be run", job.id)
        finally:
            free.release()
