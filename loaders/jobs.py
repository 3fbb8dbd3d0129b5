"""Reads of background work, in the database of whichever domain it runs for."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select, text

from db.outbox import Job, JobState
from db.read import Read, key_in, query
from db.tables.platform import UNFINISHED, jobs
from domain.ids import JobId
from loaders.batch import BatchLoader

JOB_COLUMNS = (
    jobs.c.id,
    jobs.c.name,
    jobs.c.state,
    jobs.c.progress,
    jobs.c.step,
    jobs.c.attempts,
    jobs.c.error_code,
    jobs.c.error,
    jobs.c.owner_id,
    jobs.c.created_at,
    jobs.c.finished_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedJob:
    """A job under way, and the key that keeps a second one from starting."""

    dedupe_key: str
    job: Job


def _job(*, state: str, **fields: Any) -> Job:
    return Job(state=JobState(state), **fields)


def _unfinished(*, dedupe_key: str, **fields: Any) -> UnfinishedJob:
    return UnfinishedJob(dedupe_key=dedupe_key, job=_job(**fields))


class JobById(BatchLoader[JobId, Job]):
    """Job ids of one domain to jobs; who may see one is for policies to say."""

    query = query(select(*JOB_COLUMNS).where(key_in(jobs.c.id)), _job)


class UnfinishedJobByDedupeKey(BatchLoader[str, UnfinishedJob]):
    """Dedupe keys to the jobs under way, of which there is one at most."""

    query = query(
        select(jobs.c.dedupe_key, *JOB_COLUMNS).where(key_in(jobs.c.dedupe_key), text(UNFINISHED)),
        _unfinished,
    )
    key_name = "dedupe_key"


class JobLoaders:
    """The loaders over one database's jobs."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @cached_property
    def job_by_id(self) -> JobById:
        """Jobs."""
        return JobById(self._read)

    @cached_property
    def unfinished_by_dedupe_key(self) -> UnfinishedJobByDedupeKey:
        """Jobs under way."""
        return UnfinishedJobByDedupeKey(self._read)
