"""What a worker counts: how jobs end and how long they take, and what waits in the queues."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from adapters.telemetry.metrics import LONG_SECONDS, Labelled, Metrics
from cancellation import end_if_cancelled
from db.queues import WAITING_QUEUES
from db.read import query
from db.tables.platform import jobs
from domain.clock import Clock
from workers.job_rows import IS_UNFINISHED, JobRows

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""How old what is shown of the queues may be, beside the time that reading takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unfinished:
    """Jobs of one queue in one state."""

    queue: str
    state: str
    count: int


UNFINISHED: Final = query(
    select(jobs.c.queue, jobs.c.state, func.count().label("count"))
    .where(IS_UNFINISHED)
    .group_by(jobs.c.queue, jobs.c.state),
    _Unfinished,
)


class JobFigures:
    """Counts attempts where they end, and looks at the queues every LOOK_SECONDS.

    Every worker shows all queues of its databases: take the largest of several.
    """

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._clock = clock
        self._seconds = metrics.timings(
            "job", "Attempts of jobs, however they ended.", ["name"], bounds=LONG_SECONDS
        )
        self._ended = metrics.counts(
            "jobs", "Attempts of jobs: done, retried, dead, or given back.", ["name", "outcome"]
        )
        self._unfinished: dict[tuple[str, str], int] = {}
        self._oldest: dict[str, float] = {}
        metrics.read_gauges(
            "jobs_unfinished", "Jobs that are not done.", ["queue", "state"], self._read_unfinished
        )
        metrics.read_gauges(
            "job_oldest_seconds",
            "How long the oldest job waits that could be run.",
            ["queue"],
            lambda: [((queue,), seconds) for queue, seconds in self._oldest.items()],
        )

    def end(self, name: str, outcome: str, seconds: float) -> None:
        """An attempt has ended."""
        self._seconds.of(name).add(seconds)
        self._ended.of(name, outcome).add()

    async def watch(self, rows: Sequence[JobRows]) -> None:
        """Look at the queues until cancelled; while a database is away what is known stays."""
        while True:
            end_if_cancelled()
            try:
                await self.look(rows)
            except Exception as error:  # noqa: BLE001 -- the next look tries again
                log.warning("the queues were not looked at: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, rows: Sequence[JobRows]) -> None:
        """Count what is in the queues now."""
        now = self._clock.now()
        unfinished = dict.fromkeys(self._unfinished, 0)
        oldest = dict.fromkeys(self._oldest, 0.0)
        for each in rows:
            read = each.database.read
            for found in await read.fetch(UNFINISHED):
                key = found.queue, found.state
                unfinished[key] = unfinished.get(key, 0) + found.count
            for waiting in await read.fetch(WAITING_QUEUES, now=now):
                known = oldest.get(waiting.queue, 0.0)
                oldest[waiting.queue] = max(waiting.seconds(now), known)
        self._unfinished, self._oldest = unfinished, oldest

    def _read_unfinished(self) -> Iterable[Labelled]:
        return list(self._unfinished.items())
