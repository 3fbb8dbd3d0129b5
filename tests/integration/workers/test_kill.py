"""Workers may die at any moment: every job ends, and ends once."""

import os
import signal
from collections import Counter
from contextlib import AsyncExitStack

import msgspec
import pytest
from sqlalchemy import select, text

from db.engine import Databases
from db.outbox import add_command, add_event
from db.tables.platform import events, jobs
from domain.clock import SystemClock
from domain.ids import UserId
from domain.messages.events import JobProgressed
from tests.integration.workers.conftest import Site
from tests.integration.workers.worker_process import Happened, Work
from tests.patience import SECONDS_MAX, bound
from workers.job_rows import transaction

ROUNDS = int(os.environ.get("TUTTI_KILL_ROUNDS", "2"))
"""Kills of each kind; `make prove` asks for twenty."""

CUT_OTHERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def send(databases: Databases, *commands: Work) -> None:
    async with transaction(databases.of("media")) as connection:
        for command in commands:
            await add_command(connection, command, now=SystemClock().now(), owner_id=UserId("anna"))


async def states(databases: Databases) -> dict[str, int]:
    async with transaction(databases.of("media")) as connection:
        found = (await connection.execute(select(jobs.c.state))).scalars().all()
    return {state: found.count(state) for state in sorted(set(found))}


async def ends(databases: Databases) -> list[int]:
    """How often each job was told to be done."""
    told = select(events.c.channel, events.c.payload).where(events.c.channel.like("job:%"))
    async with transaction(databases.of("media")) as connection:
        rows = (await connection.execute(told)).all()
    return list(Counter(channel for channel, told in rows if b'"done"' in told).values())


async def test_a_job_whose_worker_is_killed_ends_once(site: Site, databases: Databases) -> None:
    folder = str(site.folder)
    await send(databases, *[Work(number=n, seconds=0.6, folder=folder) for n in range(6)])

    for round_number in range(ROUNDS):
        worker = site.start_worker()
        begun = sum(site.count().values())
        site.wait_for(lambda begun=begun: sum(site.count().values()) > begun)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        await send(databases, Work(number=100 + round_number, seconds=0.6, folder=folder))
    site.start_worker()
    numbers = [*range(6), *range(100, 100 + ROUNDS)]
    site.wait_for(lambda: all(site.count()[f"end {number}"] for number in numbers))

    site.processes[-1].terminate()
    assert site.processes[-1].wait(SECONDS_MAX) == 0
    # A worker may die between its last act and the row: the act is repeated, the end is not.
    assert await states(databases) == {"done": 6 + ROUNDS}
    assert await ends(databases) == [1] * (6 + ROUNDS)


async def test_two_workers_never_run_one_job_at_the_same_time(
    site: Site, databases: Databases
) -> None:
    folder = str(site.folder)
    numbers = range(12)
    workers = [site.start_worker(), site.start_worker()]

    # Longer than the lease: a job that lives keeps its lease.
    await send(databases, *[Work(number=n, seconds=0.2, folder=folder) for n in numbers[:8]])
    await send(databases, *[Work(number=n, seconds=6.0, folder=folder) for n in numbers[8:]])
    site.wait_for(lambda: all(site.count()[f"end {number}"] for number in numbers))

    assert {site.count()[f"start {number}"] for number in numbers} == {1}
    assert {pid for _, pid, _ in site.evidence()} == {worker.pid for worker in workers}


async def test_events_reach_each_handler_once(site: Site, databases: Databases) -> None:
    numbers = range(30)
    site.start_worker()
    site.start_worker()

    for number in numbers:
        async with transaction(databases.of("media")) as connection:
            event = Happened(number=number, folder=str(site.folder))
            await add_event(connection, event, now=SystemClock().now())

    site.wait_for(lambda: sum(site.count().values()) == 60)
    for process in site.processes:
        process.terminate()
        assert process.wait(SECONDS_MAX) == 0
    expected = {f"{handler} {number}" for handler in ("social", "ai") for number in numbers}
    assert site.count() == dict.fromkeys(expected, 1)


async def test_a_dead_dependency_is_tried_again_and_a_bug_is_not(
    site: Site, databases: Databases
) -> None:
    folder = str(site.folder)
    await send(
        databases,
        Work(number=1, folder=folder, fails=1),
        Work(number=2, folder=folder, fails=-1),
    )

    site.start_worker()
    site.wait_for(lambda: site.count()["end 1"] == 1)

    site.processes[-1].terminate()
    assert site.processes[-1].wait(SECONDS_MAX) == 0
    assert site.count() == {"start 1": 2, "end 1": 1, "start 2": 1}
    async with transaction(databases.of("media")) as connection:
        ended = (
            await connection.execute(select(jobs.c.state, jobs.c.error).order_by(jobs.c.state))
        ).all()
    assert [tuple(row) for row in ended] == [("dead", "RuntimeError: a bug"), ("done", None)]


async def test_a_stopped_worker_finishes_what_it_began(site: Site, databases: Databases) -> None:
    folder = str(site.folder)
    await send(databases, *[Work(number=n, seconds=3.0, folder=folder) for n in range(4)])
    worker = site.start_worker()
    site.wait_for(lambda: len(site.evidence()) == 2)

    worker.terminate()

    assert worker.wait(SECONDS_MAX) == 0
    assert [what.split()[0] for _, _, what in site.evidence()] == ["start"] * 2 + ["end"] * 2
    assert await states(databases) == {"done": 2, "queued": 2}


async def test_an_idle_worker_stops_at_once(site: Site) -> None:
    worker = site.start_worker()

    worker.terminate()

    assert worker.wait(bound(5)) == 0


async def test_a_redis_that_forgot_everything_loses_no_work(
    site: Site, databases: Databases
) -> None:
    if site.redis is None:
        pytest.skip("the embedded profile has no Redis")
    folder = str(site.folder)
    numbers = range(8)
    site.start_worker()
    await send(databases, *[Work(number=n, seconds=0.5, folder=folder) for n in numbers])
    site.wait_for(lambda: sum(site.count().values()) >= 2)

    site.redis.stop(forget=True)
    site.redis.start()

    site.wait_for(lambda: all(site.count()[f"end {number}"] for number in numbers))
    site.processes[-1].terminate()
    assert site.processes[-1].wait(SECONDS_MAX) == 0
    assert await states(databases) == {"done": 8}
    assert {site.count()[f"start {number}"] for number in numbers} == {1}


async def test_live_events_leave_for_the_bus(site: Site, databases: Databases) -> None:
    if site.redis is None:
        pytest.skip("the embedded profile reads the event log itself")
    from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
    from adapters.broadcast.bus import Bus

    site.start_worker()
    async with Bus(RedisStreamsBackend(site.redis.url)) as bus, AsyncExitStack() as stack:
        async with transaction(databases.of("media")) as connection:
            command = Work(number=1, seconds=0.1, folder=str(site.folder))
            job_id = await add_command(
                connection, command, now=SystemClock().now(), owner_id=UserId("anna")
            )
            messages = await stack.enter_async_context(bus.listen(f"job:{job_id}"))
        last = b""
        async for message in messages:
            last = message
            if b'"done"' in message:
                break

    assert msgspec.json.decode(last, type=JobProgressed) == JobProgressed(
        job_id=job_id, state="done", progress=1.0
    )


async def test_a_database_that_cuts_every_connection_loses_no_work(
    site: Site, databases: Databases
) -> None:
    if site.redis is None:
        pytest.skip("SQLite has no connections to cut")
    folder = str(site.folder)
    site.start_worker()
    await send(databases, *[Work(number=n, seconds=1.0, folder=folder) for n in range(4)])
    site.wait_for(lambda: len(site.evidence()) >= 2)

    async with transaction(databases.of("media")) as connection:
        await connection.execute(CUT_OTHERS)

    site.wait_for(lambda: all(site.count()[f"end {number}"] for number in range(4)))
    site.processes[-1].terminate()
    assert site.processes[-1].wait(SECONDS_MAX) == 0
    assert await states(databases) == {"done": 4}
    assert await ends(databases) == [1] * 4
