"""Fixtures of the workers' tests."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Databases
from db.tables.platform import events, jobs
from tests.conftest import FakeOutside
from workers.job_rows import JobRows, transaction

LEASE = timedelta(seconds=10)


@pytest.fixture
def clock(outside: FakeOutside):
    return outside.clock


@pytest.fixture
def rows(databases: Databases, clock) -> JobRows:
    return JobRows(databases.of("media"), clock, process="one", lease=LEASE)


@pytest.fixture
def job_row(rows: JobRows) -> Callable[[str], Awaitable[dict[str, Any]]]:
    """Reads a job's row."""

    async def read(job_id: str) -> dict[str, Any]:
        async with transaction(rows.database) as connection:
            found = await connection.execute(select(jobs).where(jobs.c.id == job_id))
            return dict(found.mappings().one())

    return read


@pytest.fixture
def all_jobs(databases: Databases) -> Callable[[], Awaitable[list[dict[str, Any]]]]:
    """Reads all jobs of all databases."""

    async def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for database in databases.distinct():
            async with transaction(database) as connection:
                ordered = select(jobs).order_by(jobs.c.created_at, jobs.c.name)
                found += [dict(row) for row in (await connection.execute(ordered)).mappings()]
        return found

    return read


@pytest.fixture
def event_names(rows: JobRows) -> Callable[[], Awaitable[list[str]]]:
    """Reads the names of all events, in order."""

    async def read() -> list[str]:
        async with transaction(rows.database) as connection:
            ordered = select(events.c.name).order_by(events.c.sequence)
            return list((await connection.execute(ordered)).scalars())

    return read
