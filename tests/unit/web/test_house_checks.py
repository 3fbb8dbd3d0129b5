"""What the house says of its dependencies when it is asked whether it is ready."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import insert

from db.engine import Databases
from db.outbox import JobState
from db.tables.platform import jobs
from errors import DependencyError
from federation.transport.breaker import BreakerState
from web.pages.health import Health
from web.pages.house_checks import WAIT_SECONDS_MAX, advisory_checks, required_checks


async def wait_for(databases: Databases, clock, seconds: float) -> None:
    """A job that could have been run for so long."""
    since = clock.now() - timedelta(seconds=seconds)
    async with databases.of("media").engine.begin() as connection:
        values = {
            "id": "media.1",
            "name": "media.paint.v1",
            "queue": "media",
            "payload": b"{}",
            "state": JobState.QUEUED.value,
            "attempts": 0,
            "progress": 0.0,
            "created_at": since,
            "available_at": since,
        }
        await connection.execute(insert(jobs).values(**values))


@pytest.fixture
def base(databases, outside):
    ports = SimpleNamespace(live=SimpleNamespace(is_connected=True))
    return SimpleNamespace(databases=databases, ports=ports, clock=outside.clock)


def remote(state: BreakerState):
    return {"nft": SimpleNamespace(breaker_state=state, connections_open=2)}


async def test_each_database_is_asked(base) -> None:
    checks = required_checks(base)

    assert sorted(checks) == ["bus", "database"]
    for check in checks.values():
        await check()


async def test_a_bus_that_is_away_is_told(base) -> None:
    base.ports.live.is_connected = False

    with pytest.raises(DependencyError, match="bus"):
        await required_checks(base)["bus"]()


async def test_jobs_that_wait_are_counted(base) -> None:
    await wait_for(base.databases, base.clock, WAIT_SECONDS_MAX - 1)

    assert await advisory_checks(base, {}, "")["queues"]() == "1 jobs wait"


async def test_a_job_that_nobody_takes_is_told(base) -> None:
    await wait_for(base.databases, base.clock, WAIT_SECONDS_MAX + 100)

    with pytest.raises(DependencyError, match="queue media waits for 400 s"):
        await advisory_checks(base, {}, "")["queues"]()


async def test_a_subgraph_elsewhere_is_told_of_until_it_is_left_alone(base) -> None:
    well = advisory_checks(base, remote(BreakerState.CLOSED), "")["subgraph nft"]
    ill = advisory_checks(base, remote(BreakerState.OPEN), "")["subgraph nft"]

    assert await well() == "2 connections"
    with pytest.raises(DependencyError):
        await ill()


async def test_another_schema_has_another_name(base) -> None:
    one, two = (advisory_checks(base, {}, text)["schema"] for text in ("one", "two"))

    assert await one() == await one()
    assert await one() != await two()


async def test_what_is_advisory_degrades_and_what_is_required_refuses(base) -> None:
    async def fail() -> None:
        raise DependencyError("away")

    async def fine() -> str:
        return "well"

    degraded = await Health({"a": fine}, advisory={"b": fail}).ready(None)
    refused = await Health({"a": fail}, advisory={"b": fine}).ready(None)

    assert (degraded.status_code, refused.status_code) == (200, 503)
    assert b'"status":"degraded"' in degraded.body
    assert b'"detail":"away"' in degraded.body
    assert b'"detail":"well"' in refused.body
