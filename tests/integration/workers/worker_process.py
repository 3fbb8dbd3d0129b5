"""A worker process whose jobs leave evidence."""

import asyncio
import os
import time
from pathlib import Path

from domain.messages.envelope import Command, Event
from errors import StorageUnavailable
from tests.integration.worker_process import Workplace
from tests.integration.worker_process import work as work_at
from workers.context import WorkerContext
from workers.registry import Registry

REGISTRY = Registry()


class Work(Command, frozen=True, kw_only=True):
    name = "media.work.v1"
    queue = "media"
    number: int
    seconds: float = 0.0
    folder: str
    fails: int = 0
    """Attempts that find a dead dependency; -1 means a bug."""


class Happened(Event, frozen=True, kw_only=True):
    name = "media.happened.v1"
    number: int
    folder: str


def witness(folder: str, what: str) -> None:
    """Append one line, whole even when several processes write."""
    line = f"{time.monotonic_ns()} {os.getpid()} {what}\n".encode()
    descriptor = os.open(Path(folder) / "evidence", os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, line)
    os.close(descriptor)


@REGISTRY.handles(Work, attempts_max=3, seconds_max=120)
async def work(command: Work, ctx: WorkerContext) -> None:
    witness(command.folder, f"start {command.number}")
    if command.fails < 0:
        raise RuntimeError("a bug")
    if ctx.attempt_number <= command.fails:
        raise StorageUnavailable("no answer")
    for step in range(10):
        await asyncio.sleep(command.seconds / 10)
        await ctx.progress(step / 10)
    witness(command.folder, f"end {command.number}")


@REGISTRY.on(Happened, name="social.see_it")
async def see_it(event: Happened, _ctx: WorkerContext) -> None:
    witness(event.folder, f"social {event.number}")


@REGISTRY.on(Happened, name="ai.learn_it")
async def learn_it(event: Happened, _ctx: WorkerContext) -> None:
    witness(event.folder, f"ai {event.number}")


if __name__ == "__main__":
    place = Workplace.told()
    asyncio.run(work_at(place, REGISTRY, slots={"media": 2, "default": 2}))
