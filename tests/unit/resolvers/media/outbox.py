"""What left in the same commits: events and jobs of a domain."""

from sqlalchemy import select

from db.engine import Databases
from db.tables.platform import events, jobs


async def events_of(databases: Databases, domain: str) -> list:
    """All events in order, as rows."""
    async with databases.of(domain).engine.connect() as connection:
        return list(await connection.execute(select(events).order_by(events.c.sequence)))


async def jobs_of(databases: Databases, domain: str) -> list:
    """All jobs in the order of their making, as rows."""
    async with databases.of(domain).engine.connect() as connection:
        return list(await connection.execute(select(jobs).order_by(jobs.c.id)))
