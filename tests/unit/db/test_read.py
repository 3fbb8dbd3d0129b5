"""Reads of PostgreSQL on a few connections, which are kept while they are whole."""

import asyncio

import pytest
from sqlalchemy import func, select

from db import read
from db.read import PING, PostgresRead, Query
from errors import DatabaseBusy

SLEEP: Query[dict[str, object]] = Query(select(func.pg_sleep(60).label("slept")), dict)
WRONG: Query[dict[str, object]] = Query(select(func.no_such_function().label("one")), dict)


@pytest.fixture
async def postgres(postgres_url: str):
    opened = PostgresRead(postgres_url.replace("+asyncpg", ""))
    yield opened
    await opened.close()


async def test_one_connection_serves_reads_that_follow_each_other(postgres) -> None:
    for _ in range(3):
        assert await postgres.fetch(PING) == [{"one": 1}]

    assert len(postgres._idle) == 1


async def test_a_read_that_is_refused_leaves_its_connection_whole(postgres) -> None:
    with pytest.raises(Exception, match="no_such_function"):
        await postgres.fetch(WRONG)

    assert len(postgres._idle) == 1
    assert await postgres.fetch(PING) == [{"one": 1}]


async def test_a_read_that_is_cancelled_gives_its_connection_up(postgres) -> None:
    await postgres.fetch(PING)
    (connection,) = postgres._idle
    sleeping = asyncio.create_task(postgres.fetch(SLEEP))
    while postgres._idle:
        await asyncio.sleep(0)

    sleeping.cancel()
    await asyncio.wait([sleeping])

    assert connection.is_closed()
    assert await postgres.fetch(PING) == [{"one": 1}]


async def test_a_connection_that_was_cut_is_replaced(postgres) -> None:
    await postgres.fetch(PING)
    postgres._idle[0].terminate()

    assert await postgres.fetch(PING) == [{"one": 1}]


async def test_whoever_waits_too_long_for_a_connection_is_told(postgres, monkeypatch) -> None:
    for _ in range(read.READ_CONNECTIONS_MAX):
        await postgres._slots.acquire()
    late = [asyncio.create_task(postgres.fetch(PING)) for _ in range(3)]
    while not postgres._slots._waiters or len(postgres._slots._waiters) < len(late):
        await asyncio.sleep(0)

    with monkeypatch.context() as patch:
        patch.setattr(read, "READ_SECONDS_MAX", 0.0)
        postgres._slots.release()
        told = await asyncio.gather(*late, return_exceptions=True)

    assert [type(each) for each in told] == [DatabaseBusy] * 3
    assert await postgres.fetch(PING) == [{"one": 1}], "each lets the next one in"
    for _ in range(read.READ_CONNECTIONS_MAX - 1):
        postgres._slots.release()
