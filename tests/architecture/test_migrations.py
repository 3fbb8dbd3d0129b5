"""The tables that the code declares are the tables that the migrations make, up and down."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect

from db.engine import DOMAINS, Databases
from db.migrate import BRANCHES, metadata_of, upgrade
from tests.databases import (
    POSTGRES_URL,
    SERVICES_REQUIRED,
    drop_postgres_database,
    postgres_database_url,
    why_no_postgres,
)

OVER_EXPRESSIONS = (
    "ix_tracks_place_on_album",
    *(f"ix_search_entries_begin_{chars}" for chars in (1, 2, 3, 5)),
    *(f"ix_search_words_begin_{chars}" for chars in (1, 2, 3)),
)
DIALECT_SPECIFIC = {"ix_search_entries_words", *OVER_EXPRESSIONS}
"""Indexes over expressions, which only migrations make: SQLite has a virtual table in place of
the one of text, and does not tell of what the other is made."""

pytestmark = [
    pytest.mark.filterwarnings(
        f"ignore:Skipped unsupported reflection of expression-based index {name}"
    )
    for name in OVER_EXPRESSIONS
]


@pytest.fixture
async def empty(profile: str, tmp_path: Path) -> AsyncIterator[Databases]:
    """All six domains on one database that nobody has migrated."""
    name = f"tutti_test_{os.getpid()}_empty"
    url = f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
    if profile == "distributed":
        url = await make_empty_database(name)
    opened = Databases(dict.fromkeys(DOMAINS, url))
    yield opened
    await opened.close()
    if profile == "distributed":
        await drop_postgres_database(name)


async def make_empty_database(name: str) -> str:
    """A PostgreSQL database without tables; its SQLAlchemy URL."""
    reason = await asyncio.to_thread(why_no_postgres)
    if reason is not None:
        pytest.fail(reason) if SERVICES_REQUIRED else pytest.skip(reason)
    connection = await asyncpg.connect(POSTGRES_URL)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    return postgres_database_url(name).replace("postgresql:", "postgresql+asyncpg:")


async def ask(databases: Databases, question: Any) -> Any:
    """What a synchronous question finds in the database."""
    async with databases.of("media").engine.connect() as connection:
        return await connection.run_sync(question)


def differences(connection: Connection) -> dict[str, list[Any]]:
    """What each branch's tables have that its migrations do not make, or the other way."""
    found = {}
    for branch in BRANCHES:
        metadata = metadata_of(branch)
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _parents, tables=metadata.tables: (
                    name in tables if kind == "table" else name not in DIALECT_SPECIFIC
                ),
            },
        )
        found[branch] = compare_metadata(context, metadata)
    return found


def shape(connection: Connection) -> dict[str, Any]:
    """Every table with its columns, indexes and keys, as the database has them."""
    seen = inspect(connection)
    return {
        table: (
            [
                (each["name"], str(each["type"]), each["nullable"])
                for each in seen.get_columns(table)
            ],
            sorted(each["name"] for each in seen.get_indexes(table)),
            seen.get_pk_constraint(table)["constrained_columns"],
            sorted(str(each["name"]) for each in seen.get_unique_constraints(table)),
        )
        for table in sorted(seen.get_table_names())
    }


async def test_the_migrations_make_the_tables_that_the_code_declares(empty: Databases) -> None:
    await upgrade(empty.of("media"))

    found = await ask(empty, differences)

    assert found == {branch: [] for branch in BRANCHES}


async def test_the_migrations_go_down_to_nothing_and_up_again(empty: Databases) -> None:
    database = empty.of("media")
    await upgrade(database)
    before = await ask(empty, shape)

    await upgrade(database, "base")
    nothing = await ask(empty, shape)
    await upgrade(database)
    after = await ask(empty, shape)

    assert set(nothing) <= {"alembic_version", "sqlite_sequence"}
    assert after == before
    assert len(before) > 25
