"""Databases for tests: a migrated SQLite file, or a PostgreSQL database of our own."""

import asyncio
import os
import shutil
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from db.engine import DOMAINS, Databases
from db.migrate import BRANCHES, MIGRATIONS, metadata_of, migrate

POSTGRES_URL = os.environ.get(
    "TUTTI_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test"
)
REDIS_NUMBER = 9 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 7
"""Test processes that run side by side share no Redis database."""
REDIS_URL = os.environ.get("TUTTI_TEST_REDIS_URL", f"redis://127.0.0.1:6379/{REDIS_NUMBER}")
SERVICES_REQUIRED = os.environ.get("TUTTI_TEST_SERVICES") == "required"
"""CI sets it: there a service that is missing fails the test instead of skipping it."""


def skip_without(reason: str) -> NoReturn:
    """Skip because something is missing here; where it is required, fail."""
    if SERVICES_REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def why_no_postgres() -> str | None:
    """None when PostgreSQL answers, else the reason to skip."""
    try:
        asyncio.run(_ping())
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return f"PostgreSQL does not answer: {error}"
    return None


async def _ping() -> None:
    connection = await asyncpg.connect(POSTGRES_URL, timeout=30)
    await connection.close()


def postgres_database_url(name: str) -> str:
    """The URL of another database on the test server."""
    return urlunsplit(urlsplit(POSTGRES_URL)._replace(path=f"/{name}"))


async def make_postgres_database(name: str) -> str:
    """A fresh, migrated database; its SQLAlchemy URL."""
    connection = await asyncpg.connect(POSTGRES_URL)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    url = postgres_database_url(name).replace("postgresql://", "postgresql+asyncpg://")
    await migrate_urls(dict.fromkeys(DOMAINS, url))
    return url


async def drop_postgres_database(name: str) -> None:
    """Remove a database made here."""
    connection = await asyncpg.connect(POSTGRES_URL)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


EMPTY = """
DO $$
DECLARE
  found text;
  is_used boolean;
BEGIN
  SET LOCAL session_replication_role = replica;  -- in any order, whatever refers to what
  FOREACH found IN ARRAY string_to_array('TABLES', ',') LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', found) INTO is_used;
    IF is_used THEN
      EXECUTE format('DELETE FROM %I', found);
    END IF;
  END LOOP;
  FOR found IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    EXECUTE format('ALTER SEQUENCE %I RESTART', found);
  END LOOP;
END $$
"""
"""To truncate a hundred tables takes half a second, and a test writes little into a few."""


async def empty_postgres_database(url: str) -> None:
    """Remove all rows, and begin all numbers anew."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    tables = ",".join(
        table.name
        for branch in BRANCHES
        if (MIGRATIONS / branch).exists()
        for table in metadata_of(branch).sorted_tables
    )
    await connection.execute(EMPTY.replace("TABLES", tables))
    await connection.close()


async def migrate_urls(urls: dict[str, str]) -> None:
    """Bring databases to the newest revision."""
    databases = Databases(urls)
    await migrate(databases)
    await databases.close()


def copy_sqlite_database(template: Path, folder: Path) -> str:
    """A copy of a migrated file; its SQLAlchemy URL."""
    copy = folder / "tutti.db"
    shutil.copyfile(template, copy)
    return f"sqlite+aiosqlite:///{copy}"
