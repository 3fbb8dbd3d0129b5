"""For operators: the jobs that gave up, and another try for one of them."""

from datetime import timedelta

from db.engine import DOMAINS, Databases
from domain.clock import SystemClock
from domain.ids import JobId
from workers.job_rows import JobRow, JobRows

OPERATOR = "operator"


async def list_dead(databases: Databases) -> list[JobRow]:
    """Dead jobs of all databases, the newest of each first."""
    return [job for rows in _all_rows(databases) for job in await rows.list_dead()]


async def retry_dead(databases: Databases, job_id: str) -> bool:
    """Queue a dead job again, with all its attempts.

    False when there is no such dead job, or the same work is already waiting again.
    """
    domain = job_id.partition(".")[0]
    if domain not in DOMAINS:
        return False
    rows = _rows(databases, domain)
    return await rows.revive(JobId(job_id))


def _all_rows(databases: Databases) -> list[JobRows]:
    return [_rows(databases, database.domains[0]) for database in databases.distinct()]


def _rows(databases: Databases, domain: str) -> JobRows:
    # It claims nothing, so its lease is never asked for.
    lease = timedelta(seconds=1)
    return JobRows(databases.of(domain), SystemClock(), process=OPERATOR, lease=lease)
