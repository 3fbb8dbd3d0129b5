"""An attempt ends in one of five ways, each written on the row."""

import asyncio
from datetime import timedelta

import pytest

from domain.ids import UserId
from errors import BadInput, StorageUnavailable
from tests.patience import SECONDS_MAX
from tests.unit.workers.messages import Paint, context_maker, send
from workers.registry import Registry
from workers.runner import Runner


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def runner(registry, as_viewer) -> Runner:
    return Runner(registry, context_maker(as_viewer()))


async def run_one(rows, runner) -> None:
    claimed = await rows.claim("media")
    assert claimed is not None
    await runner.run(claimed, rows)


async def test_a_handler_gets_its_command_and_its_job(
    registry, runner, rows, clock, job_row
) -> None:
    seen = []

    @registry.handles(Paint, queue="media", seconds_max=60)
    async def paint(command, ctx) -> None:
        seen.append((command, ctx.job_id, ctx.attempt_number, ctx.is_last_attempt))

    job_id = await send(rows, clock, Paint(colour="blue"))

    await run_one(rows, runner)

    assert seen == [(Paint(colour="blue"), job_id, 1, False)]
    assert (await job_row(job_id))["state"] == "done"


async def test_a_dead_dependency_is_tried_again_until_the_attempts_are_used(
    registry, runner, rows, clock, job_row
) -> None:
    last = []

    @registry.handles(Paint, attempts_max=3, seconds_max=60)
    async def paint(_command, ctx) -> None:
        last.append(ctx.is_last_attempt)
        raise StorageUnavailable("no answer")

    job_id = await send(rows, clock, Paint())

    states = []
    for _ in range(3):
        await run_one(rows, runner)
        states.append((await job_row(job_id))["state"])
        clock.advance(minutes=3)

    assert states == ["queued", "queued", "dead"]
    assert last == [False, False, True]
    row = await job_row(job_id)
    assert (row["error_code"], row["error"], row["attempts"]) == (
        "STORAGE_UNAVAILABLE",
        "no answer",
        3,
    )


@pytest.mark.parametrize(
    ("_case", "error", "code", "message"),
    [
        ("what the caller did wrong", BadInput("not audio"), "BAD_INPUT", "not audio"),
        ("a bug", RuntimeError("oops"), "INTERNAL", "RuntimeError: oops"),
    ],
)
async def test_any_other_failure_is_final_and_keeps_its_message(
    _case, error, code, message, registry, runner, rows, clock, job_row
) -> None:
    @registry.handles(Paint, seconds_max=60)
    async def paint(_command, _ctx) -> None:
        raise error

    job_id = await send(rows, clock, Paint())

    await run_one(rows, runner)

    row = await job_row(job_id)
    assert (row["state"], row["error_code"], row["error"]) == ("dead", code, message)


async def test_an_attempt_that_takes_too_long_is_stopped(
    registry, runner, rows, clock, job_row
) -> None:
    stopped = asyncio.Event()

    @registry.handles(Paint, attempts_max=2, seconds_max=0.3)
    async def paint(_command, _ctx) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    job_id = await send(rows, clock, Paint())

    await run_one(rows, runner)

    assert stopped.is_set()
    row = await job_row(job_id)
    assert (row["state"], row["error_code"]) == ("queued", "TIMED_OUT")


async def test_a_job_that_nobody_handles_is_dead(runner, rows, clock, job_row) -> None:
    job_id = await send(rows, clock, Paint())

    await run_one(rows, runner)

    row = await job_row(job_id)
    assert (row["state"], row["error_code"]) == ("dead", "UNKNOWN_JOB")


async def test_a_cancelled_attempt_gives_the_job_back(
    registry, runner, rows, clock, job_row
) -> None:
    begun = asyncio.Event()

    @registry.handles(Paint, seconds_max=60)
    async def paint(_command, _ctx) -> None:
        begun.set()
        await asyncio.sleep(60)

    job_id = await send(rows, clock, Paint())
    running = asyncio.create_task(run_one(rows, runner))
    await begun.wait()

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    row = await job_row(job_id)
    assert (row["state"], row["attempts"], row["lease_owner"]) == ("queued", 0, None)
    assert runner.running == 0


async def test_progress_is_written_and_told_not_too_often(
    registry, runner, rows, clock, job_row, event_names
) -> None:
    seen = []

    @registry.handles(Paint, seconds_max=60)
    async def paint(_command, ctx) -> None:
        for percent in range(100):
            await ctx.progress(percent / 100)
        seen.append((await job_row(ctx.job_id))["progress"])

    await send(rows, clock, Paint(), owner_id=UserId("anna"))

    await run_one(rows, runner)

    assert seen == [0.0]
    assert await event_names() == ["jobs.job_progressed.v1"] * 3


async def test_a_live_job_keeps_its_lease(registry, rows, clock, as_viewer, job_row) -> None:
    runner = Runner(registry, context_maker(as_viewer()), lease=timedelta(seconds=2))
    keeping = asyncio.create_task(runner.keep_leases())

    @registry.handles(Paint, seconds_max=60)
    async def paint(_command, _ctx) -> None:
        await asyncio.sleep(3)

    job_id = await send(rows, clock, Paint())

    await run_one(rows, runner)

    keeping.cancel()
    assert (await job_row(job_id))["state"] == "done"


async def test_an_attempt_that_lost_its_lease_is_stopped_and_writes_nothing(
    registry, rows, clock, as_viewer, job_row
) -> None:
    runner = Runner(registry, context_maker(as_viewer()), lease=timedelta(seconds=0.3))
    keeping = asyncio.create_task(runner.keep_leases())
    ended = []

    @registry.handles(Paint, seconds_max=60)
    async def paint(_command, _ctx) -> None:
        clock.advance(seconds=60)
        await rows.expire()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("stopped")

    job_id = await send(rows, clock, Paint())

    await asyncio.wait_for(run_one(rows, runner), SECONDS_MAX)

    keeping.cancel()
    assert ended == ["stopped"]
    row = await job_row(job_id)
    assert (row["state"], row["attempts"], row["error"]) == ("queued", 1, None)
