"""Migrations: a branch for each domain and one for the platform's tables, run under a lock.

A change is made in two releases (expand, then contract), so that old and new processes can
share a database while a deployment rolls on.
"""

import importlib
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from db.engine import DOMAINS, Database, Databases

PLATFORM = "platform"
BRANCHES = (PLATFORM, *DOMAINS)
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_NUMBER = 7_888_584


def metadata_of(branch: str) -> MetaData:
    """The tables of a branch as the code declares them."""
    module: Any = importlib.import_module(f"db.tables.{branch}")
    found = module.metadata
    assert isinstance(found, MetaData)
    return found


async def migrate(databases: Databases) -> None:
    """Bring every database to the newest revision of each branch it holds."""
    for database in databases.distinct():
        await upgrade(database)


async def upgrade(database: Database, revision: str = "head") -> None:
    """Bring one database's branches to a revision (`head`), or down to `base`."""
    if database.path is not None:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    async with database.engine.begin() as connection:
        if database.dialect == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK_NUMBER})"))
        await connection.run_sync(_run, database.domains, revision)


def _run(connection: Connection, domains: tuple[str, ...], revision: str) -> None:
    branches = [name for name in (PLATFORM, *domains) if (MIGRATIONS / name).exists()]
    for branch in branches if revision != "base" else reversed(branches):
        config = configuration(connection)
        if revision == "base":
            command.downgrade(config, f"{branch}@base")
        else:
            command.upgrade(config, f"{branch}@{revision}")


def configuration(connection: Connection, metadata: MetaData | None = None) -> Config:
    """Alembic's settings, bound to an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    folders = [str(MIGRATIONS / branch) for branch in BRANCHES]
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", ":".join(folders))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


async def write_migration(branch: str, message: str) -> None:
    """Write a new migration file: the difference between tables and migrations of a branch."""
    engine = create_async_engine("sqlite+aiosqlite:///:memory:")
    async with engine.begin() as connection:
        await connection.run_sync(_write, branch, message)
    await engine.dispose()


def _write(connection: Connection, branch: str, message: str) -> None:
    folder = MIGRATIONS / branch
    is_first = not list(folder.glob("*.py"))
    folder.mkdir(exist_ok=True)
    config = configuration(connection, metadata_of(branch))
    command.upgrade(config, "heads")
    number = len(list(folder.glob("*.py"))) + 1
    command.revision(
        config,
        message=message,
        autogenerate=True,
        head="base" if is_first else f"{branch}@head",
        branch_label=branch if is_first else None,
        version_path=str(folder),
        rev_id=f"{branch}_{number:04d}",
    )
