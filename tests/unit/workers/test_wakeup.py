"""A bell is heard by all who wait, and not missed by those who work."""

import asyncio

import pytest

from db.unit_of_work import UnitOfWork
from tests.patience import SECONDS_MAX, until
from tests.unit.workers.messages import Painted, publish
from workers.wakeup import Wakeup, watch


class NoRows:
    domain = "media"

    def __init__(self, connection) -> None:
        pass


async def test_everybody_who_waits_hears_it() -> None:
    wakeup = Wakeup()
    waiting = [asyncio.create_task(wakeup.wait(wakeup.count, 10 * SECONDS_MAX)) for _ in range(3)]
    await asyncio.sleep(0)

    wakeup.ring()

    await asyncio.wait_for(asyncio.gather(*waiting), SECONDS_MAX)


async def test_a_bell_that_rang_meanwhile_is_not_missed() -> None:
    wakeup = Wakeup()
    seen = wakeup.count

    wakeup.ring()

    await asyncio.wait_for(wakeup.wait(seen, 10 * SECONDS_MAX), SECONDS_MAX)


async def test_nobody_waits_forever() -> None:
    wakeup = Wakeup()

    await asyncio.wait_for(wakeup.wait(wakeup.count, 0.01), SECONDS_MAX)

    assert wakeup.count == 0


@pytest.mark.parametrize("way", ["an event of a worker", "a unit of work"])
async def test_a_commit_rings_the_bell(way, databases, rows, clock) -> None:
    wakeup = Wakeup()
    watching = asyncio.create_task(watch(databases.distinct(), wakeup))
    await until(lambda: wakeup.count > 0)
    await asyncio.sleep(0.1)
    seen = wakeup.count

    if way == "a unit of work":
        async with UnitOfWork(NoRows, databases.of("media"), clock) as uow:
            await uow.publish(Painted(colour="red"))
            await uow.commit()
    else:
        await publish(rows, clock, Painted(colour="red"))
    async with asyncio.timeout(SECONDS_MAX):
        await wakeup.wait(seen, 10 * SECONDS_MAX)

    assert wakeup.count > seen
    watching.cancel()
