"""Fixtures of the end-to-end tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from db.engine import Databases
from tests.conftest import FakeOutside
from tests.databases import skip_without
from tests.e2e.house import House, open_house
from tests.e2e.site import Site
from tests.integration.redis_server import RedisServer, redis_binary


@pytest.fixture
async def house(databases: Databases, outside: FakeOutside, tmp_path: Path) -> AsyncIterator[House]:
    """The whole house in this process, on an empty database of either profile."""
    async with open_house(databases, outside, tmp_path / "uploads") as opened:
        yield opened


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    if redis_binary() is None:
        skip_without("redis-server is not installed")
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def site(
    profile: str, database_url: str, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Site]:
    """Where real processes of either profile run, on an empty database."""
    settings = {"database_url": database_url}
    if profile == "distributed":
        settings["redis_url"] = request.getfixturevalue("redis_server").url
    made = Site(tmp_path, settings, database_url)
    yield made
    made.close()
