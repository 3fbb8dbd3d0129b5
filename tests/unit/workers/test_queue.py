"""The embedded queue keeps to its slots and stops cleanly."""

import asyncio

import pytest

from tests.patience import SECONDS_MAX, until
from tests.unit.workers.messages import Paint, PaintOnce, context_maker, send
from workers import queue as queue_module
from workers.queue import DatabaseQueue
from workers.registry import Registry
from workers.runner import Runner
from workers.wakeup import Wakeup, watch


@pytest.fixture
def profile() -> str:
    return "embedded"


class Studio:
    """A handler that counts how many of it run at once."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self.done: list[str] = []
        self.may_end = asyncio.Event()

    async def paint(self, command, _ctx) -> None:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.may_end.wait()
            self.done.append(command.colour)
        finally:
            self.running -= 1


@pytest.fixture
async def studio() -> Studio:
    return Studio()


@pytest.fixture
def wakeup() -> Wakeup:
    return Wakeup()


@pytest.fixture
def queue(rows, as_viewer, studio, wakeup) -> DatabaseQueue:
    registry = Registry()
    registry.handles(Paint, seconds_max=60)(studio.paint)
    registry.handles(PaintOnce, seconds_max=60)(studio.paint)
    runner = Runner(registry, context_maker(as_viewer()))
    return DatabaseQueue([rows], runner, wakeup, {"media": 2, "default": 1})


async def test_a_queue_runs_as_many_jobs_as_it_has_slots(queue, studio, rows, clock) -> None:
    for number in range(5):
        await send(rows, clock, Paint(colour=str(number)))
    working = asyncio.create_task(queue.work())
    await until(lambda: studio.running == 2)
    await asyncio.sleep(0.1)

    studio.may_end.set()
    await until(lambda: len(studio.done) == 5)
    queue.stop()
    await asyncio.wait_for(working, SECONDS_MAX)

    assert studio.most == 2
    assert sorted(studio.done) == ["0", "1", "2", "3", "4"]


async def test_a_full_queue_delays_no_other(queue, studio, rows, clock) -> None:
    for _ in range(3):
        await send(rows, clock, Paint())
    await send(rows, clock, PaintOnce(colour="green"))

    working = asyncio.create_task(queue.work())
    await until(lambda: studio.running == 3)

    studio.may_end.set()
    await until(lambda: "green" in studio.done)
    queue.stop()
    await asyncio.wait_for(working, SECONDS_MAX)


async def test_a_commit_wakes_the_queue(
    queue, studio, rows, clock, databases, wakeup, monkeypatch
) -> None:
    monkeypatch.setattr(queue_module, "LOOK_SECONDS", 10 * SECONDS_MAX)
    studio.may_end.set()
    working = asyncio.create_task(queue.work())
    watching = asyncio.create_task(watch(databases.distinct(), wakeup))
    await until(lambda: wakeup.count > 0)

    await send(rows, clock, Paint())

    await until(lambda: studio.done)
    watching.cancel()
    queue.stop()
    await asyncio.wait_for(working, SECONDS_MAX)


async def test_a_stopped_queue_ends_what_runs_and_takes_nothing_new(
    queue, studio, rows, clock, all_jobs
) -> None:
    for _ in range(3):
        await send(rows, clock, Paint())
    working = asyncio.create_task(queue.work())
    await until(lambda: studio.running == 2)

    queue.stop()
    studio.may_end.set()
    await asyncio.wait_for(working, SECONDS_MAX)

    assert sorted(job["state"] for job in await all_jobs()) == ["done", "done", "queued"]


async def test_a_cancelled_queue_gives_its_jobs_back(queue, studio, rows, clock, all_jobs) -> None:
    for _ in range(3):
        await send(rows, clock, Paint())
    working = asyncio.create_task(queue.work())
    await until(lambda: studio.running == 2)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert [(job["state"], job["attempts"]) for job in await all_jobs()] == [("queued", 0)] * 3
