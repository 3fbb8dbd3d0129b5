"""What went into the outbox."""

from sqlalchemy import select

from db.engine import Databases
from db.tables.platform import events, jobs


async def event_names(databases: Databases) -> list[str]:
    """Names of all events, in order."""
    async with databases.of("media").engine.connect() as connection:
        rows = await connection.execute(select(events.c.name).order_by(events.c.sequence))
        return list(rows.scalars())


async def job_names(databases: Databases) -> list[str]:
    """Names of all jobs, in order."""
    async with databases.of("media").engine.connect() as connection:
        rows = await connection.execute(select(jobs.c.name).order_by(jobs.c.created_at, jobs.c.id))
        return list(rows.scalars())
