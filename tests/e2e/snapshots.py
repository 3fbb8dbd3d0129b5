"""Everything that all databases hold, to show that a refused request changed nothing."""

from typing import Any

from sqlalchemy import select

from db.engine import Databases
from db.migrate import PLATFORM, metadata_of


async def all_rows(databases: Databases) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table, by database and table, in one order."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for database in databases.distinct():
        async with database.engine.connect() as connection:
            for branch in (PLATFORM, *database.domains):
                for table in metadata_of(branch).sorted_tables:
                    rows = await connection.execute(select(table))
                    found[f"{database.domains[0]}.{table.name}"] = sorted(
                        (tuple(row) for row in rows), key=repr
                    )
    return found
