"""Processes that start at the same moment on the same empty ground."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from tests.databases import POSTGRES_URL, drop_postgres_database, postgres_database_url
from tests.e2e.house import example
from tests.e2e.processes import ROOT, Gateway, clean_environment

AT_ONCE = 3

pytestmark = pytest.mark.slow


@pytest.fixture
async def empty_settings(
    profile: str, database_url: str, tmp_path: Path
) -> AsyncIterator[dict[str, str]]:
    """Settings of either profile, with a database that nobody has migrated.

    The one that is migrated skips the test where there is no PostgreSQL.
    """
    if profile == "embedded":
        yield {"data_dir": str(tmp_path / "empty")}
        return
    name = f"tutti_test_{os.getpid()}_race"
    connection = await asyncpg.connect(POSTGRES_URL)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    url = postgres_database_url(name).replace("postgresql:", "postgresql+asyncpg:")
    yield {"data_dir": str(tmp_path), "database_url": url, "redis_url": "redis://127.0.0.1:1"}
    await drop_postgres_database(name)


async def test_migrations_started_at_once_wait_for_each_other(
    empty_settings: dict[str, str],
) -> None:
    def migrate() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "gateway.py", "migrate"],
            cwd=ROOT,
            env=clean_environment(**empty_settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stderr

    ended = await asyncio.gather(*(asyncio.to_thread(migrate) for _ in range(AT_ONCE)))

    assert ended == [(0, "")] * AT_ONCE


def test_gateways_started_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        gateways = list(pool.map(lambda _: Gateway(tmp_path), range(AT_ONCE)))
    given = {"email": "a@tutti.example", "username": "someone", "password": "correct horse"}

    registered = gateways[0].data(example("register"), given)["register"]
    seen = [
        gateway.data("{ me { email } }", token=registered["accessToken"]) for gateway in gateways
    ]
    for gateway in gateways:
        gateway.end()

    assert seen == [{"me": {"email": "a@tutti.example"}}] * AT_ONCE
