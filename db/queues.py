"""How long the queues of a database wait; read by workers, and by gateways that say so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, select, text

from db.outbox import JobState
from db.read import query
from db.tables.platform import UNFINISHED, jobs
from db.types import Instant

NOW: Final = bindparam("now", type_=Instant())


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingQueue:
    """Jobs of one queue that could be run."""

    queue: str
    count: int
    since: datetime
    """Since when the oldest of them could be."""

    def seconds(self, now: datetime) -> float:
        """How long that one waits."""
        return max(0.0, (now - self.since).total_seconds())


WAITING_QUEUES: Final = query(
    select(
        jobs.c.queue,
        func.count().label("count"),
        func.min(jobs.c.available_at).label("since"),
    )
    .where(jobs.c.state == JobState.QUEUED.value, text(UNFINISHED), jobs.c.available_at <= NOW)
    .group_by(jobs.c.queue),
    WaitingQueue,
)
