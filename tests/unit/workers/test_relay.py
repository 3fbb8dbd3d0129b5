"""What was committed reaches everyone it is for, once."""

import asyncio
from datetime import timedelta

import pytest

from adapters.broadcast.backend import LiveMessage
from db.engine import DOMAINS, Databases
from tests.databases import copy_sqlite_database
from tests.unit.workers.conftest import LEASE
from tests.unit.workers.messages import Paint, Painted, PaintOnce, Shown, publish, send
from workers.job_rows import JobRows
from workers.registry import Registry
from workers.relay import Relay


class FakeCarrier:
    queues = frozenset({"media", "model"})

    def __init__(self) -> None:
        self.live: list[LiveMessage] = []
        self.sent: list[tuple[str, list[str]]] = []
        self.is_down = False
        self.waiting = 0

    async def publish_many(self, messages) -> None:
        if self.is_down:
            raise ConnectionError("no Redis")
        self.live += messages

    async def send_jobs(self, queue, job_ids) -> None:
        if self.is_down:
            raise ConnectionError("no Redis")
        self.sent.append((queue, list(job_ids)))

    async def outstanding(self, _queue) -> int:
        return self.waiting


async def nothing(_message, _ctx) -> None:
    pass


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.handles(Paint, attempts_max=2, seconds_max=5)(nothing)
    made.on(Painted, name="social.tell_painted")(nothing)
    made.on(Painted, name="ai.learn_painted", queue="model")(nothing)
    return made


@pytest.fixture
def carrier() -> FakeCarrier:
    return FakeCarrier()


@pytest.fixture
def relay(databases, rows, registry, clock) -> Relay:
    return Relay(databases, [rows], registry, clock)


@pytest.fixture
def redis_relay(databases, rows, registry, clock, carrier) -> Relay:
    return Relay(databases, [rows], registry, clock, carrier=carrier, resend=timedelta(seconds=30))


async def test_an_event_becomes_one_job_for_each_handler(relay, rows, clock, all_jobs) -> None:
    await publish(rows, clock, Painted(colour="red"))

    assert await relay.step() is True
    assert await relay.step() is False

    made = [(job["name"], job["queue"], job["payload"]) for job in await all_jobs()]
    assert made == [
        ("ai.learn_painted", "model", b'{"colour":"red"}'),
        ("social.tell_painted", "default", b'{"colour":"red"}'),
    ]


async def test_two_relays_at_once_make_no_job_twice(
    databases, relay, rows, registry, clock, all_jobs
) -> None:
    other = Relay(databases, [rows], registry, clock)
    await publish(rows, clock, *[Painted(colour=str(number)) for number in range(50)])

    await asyncio.gather(*(each.step() for each in [relay, other] * 4))

    assert len(await all_jobs()) == 100


async def test_an_event_without_handlers_is_passed_over(relay, rows, clock, all_jobs) -> None:
    await publish(rows, clock, Shown(colour="red"))

    await relay.step()

    assert await all_jobs() == []
    assert await relay.step() is False


async def test_handlers_in_another_database_get_their_job_once_in_spite_of_a_crash(
    sqlite_template, tmp_path, registry, clock
) -> None:
    (tmp_path / "social").mkdir()
    here = copy_sqlite_database(sqlite_template, tmp_path)
    there = copy_sqlite_database(sqlite_template, tmp_path / "social")
    databases = Databases(dict.fromkeys(DOMAINS, here) | {"social": there})
    rows = JobRows(databases.of("media"), clock, process="one", lease=LEASE)
    social = JobRows(databases.of("social"), clock, process="one", lease=LEASE)
    relay = Relay(databases, [rows, social], registry, clock)
    await publish(rows, clock, Painted(colour="red"))

    found = await relay_without_mark(relay, databases)
    await relay.step()

    assert found == 1
    claimed = await social.claim("default")
    assert claimed.name == "social.tell_painted"
    assert await social.claim("default") is None
    assert (await rows.claim("model")).name == "ai.learn_painted"
    await databases.close()


async def relay_without_mark(relay: Relay, databases: Databases) -> int:
    """What a relay does that dies before it marks the events as handed over."""
    from workers.event_rows import read_unrelayed

    home = databases.of("media")
    found = await read_unrelayed(home)
    await relay._deliver_elsewhere(found, home)
    return len(found)


async def test_live_events_go_to_the_bus_and_others_do_not(
    redis_relay, carrier, rows, clock
) -> None:
    await publish(rows, clock, Painted(colour="red"), Shown(colour="red"), Shown(colour="blue"))

    await redis_relay.step()
    await redis_relay.step()

    assert carrier.live == [
        LiveMessage("show:red", b'{"colour":"red"}'),
        LiveMessage("show:blue", b'{"colour":"blue"}'),
    ]


async def test_without_redis_nothing_is_lost(redis_relay, carrier, rows, clock) -> None:
    carrier.is_down = True
    await publish(rows, clock, Shown(colour="red"))
    with pytest.raises(ConnectionError):
        await redis_relay.step()

    carrier.is_down = False
    await redis_relay.step()

    assert carrier.live == [LiveMessage("show:red", b'{"colour":"red"}')]


async def test_waiting_jobs_are_offered_once_and_again_when_overdue(
    redis_relay, carrier, rows, clock
) -> None:
    job_id = await send(rows, clock, Paint())

    await redis_relay.step()
    await redis_relay.step()
    assert carrier.sent == [("media", [job_id])]

    clock.advance(seconds=31)
    await redis_relay.step()

    assert carrier.sent == [("media", [job_id])] * 2


async def test_jobs_that_redis_refused_are_offered_at_the_next_step(
    redis_relay, carrier, rows, clock
) -> None:
    job_id = await send(rows, clock, Paint())
    carrier.is_down = True
    with pytest.raises(ConnectionError):
        await redis_relay.step()

    carrier.is_down = False
    await redis_relay.step()

    assert carrier.sent == [("media", [job_id])]


async def test_a_queue_that_nobody_works_here_holds_up_no_other(
    redis_relay, carrier, rows, clock
) -> None:
    await send(rows, clock, PaintOnce(colour="red"))
    job_id = await send(rows, clock, Paint())

    await redis_relay.step()

    assert carrier.sent == [("media", [job_id])]


async def test_a_full_queue_is_offered_no_more(redis_relay, carrier, rows, clock) -> None:
    await send(rows, clock, Paint())
    carrier.waiting = 1_000

    await redis_relay.step()

    assert carrier.sent == []


async def test_a_job_whose_worker_died_waits_again(relay, rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())
    await rows.claim("media")
    clock.advance(seconds=LEASE.total_seconds() + 1)

    await relay.step()

    assert (await job_row(job_id))["state"] == "queued"


async def test_a_job_that_kills_every_worker_is_dead_in_the_end(
    relay, rows, clock, job_row
) -> None:
    job_id = await send(rows, clock, Paint())

    starts = 0
    while (await rows.claim("media")) is not None:
        starts += 1
        clock.advance(seconds=LEASE.total_seconds() + 1)
        await relay.step()

    assert starts == 22
    row = await job_row(job_id)
    assert (row["state"], row["error_code"]) == ("dead", "WORKER_DIED")
    assert row["error"] == "The worker died in each of 22 attempts."
