"""Periodic commands come once in a period; what is old is forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from db.tables.platform import events, idempotent_answers
from tests.unit.workers.messages import Paint, Painted, publish
from workers.event_rows import EVENTS_MAX, lock_unrelayed, mark_relayed
from workers.job_rows import transaction
from workers.scheduler import Periodic, Scheduler

EACH_MINUTE = Periodic(command=Paint(), every=timedelta(minutes=1))


@pytest.fixture
def scheduler(databases, rows, clock) -> Scheduler:
    return Scheduler(databases, [rows], clock, periodic=[EACH_MINUTE])


async def test_a_period_sends_its_command_once(scheduler, rows, clock, all_jobs) -> None:
    assert await scheduler.send(EACH_MINUTE) is True
    await rows.finish(await rows.claim("media"))

    await scheduler.send(EACH_MINUTE)

    assert len(await all_jobs()) == 1
    clock.advance(minutes=1)
    await scheduler.send(EACH_MINUTE)
    assert len(await all_jobs()) == 2


async def test_an_unfinished_command_is_not_sent_again(scheduler, clock, all_jobs) -> None:
    await scheduler.send(EACH_MINUTE)
    clock.advance(minutes=5)

    assert await scheduler.send(EACH_MINUTE) is False

    assert len(await all_jobs()) == 1


async def test_events_are_forgotten_when_they_are_old_and_handed_over(
    scheduler, rows, clock
) -> None:
    await publish(rows, clock, Painted(colour="told"))
    async with transaction(rows.database) as connection:
        told = await lock_unrelayed(connection)
        assert len(told) <= EVENTS_MAX
        await mark_relayed(connection, told, clock.now())
    await publish(rows, clock, Painted(colour="untold"))
    clock.advance(days=3)
    await publish(rows, clock, Painted(colour="young"))

    await scheduler.forget_old()

    async with transaction(rows.database) as connection:
        left = (await connection.execute(select(events.c.payload))).scalars().all()
    assert left == [b'{"colour":"untold"}', b'{"colour":"young"}']


async def test_answers_are_kept_for_a_day(scheduler, rows, clock) -> None:
    for key, age in (("old", 25), ("young", 1)):
        async with transaction(rows.database) as connection:
            await connection.execute(
                insert(idempotent_answers).values(
                    key=key,
                    fingerprint="f",
                    answer=b"{}",
                    created_at=clock.now() - timedelta(hours=age),
                )
            )

    await scheduler.forget_old()

    async with transaction(rows.database) as connection:
        left = (await connection.execute(select(idempotent_answers.c.key))).scalars().all()
    assert left == ["young"]
