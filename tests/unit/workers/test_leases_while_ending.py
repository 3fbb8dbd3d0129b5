"""A job whose end is being written keeps its row's lease, and disturbs nobody."""

import asyncio

from tests.unit.workers.messages import Paint, context_maker, send
from workers.registry import Registry
from workers.runner import Runner


async def test_leases_are_kept_while_an_end_is_written(
    rows, clock, as_viewer, job_row, monkeypatch
) -> None:
    registry = Registry()
    runner = Runner(registry, context_maker(as_viewer()))
    is_written = asyncio.Event()
    is_asked = asyncio.Event()
    finish = rows.finish

    @registry.handles(Paint, seconds_max=5)
    async def paint(_command, _ctx) -> None:
        pass

    async def finish_late(job) -> bool:
        is_asked.set()
        await is_written.wait()
        return await finish(job)

    monkeypatch.setattr(rows, "finish", finish_late)
    job_id = await send(rows, clock, Paint())
    claimed = await rows.claim("media")
    running = asyncio.create_task(runner.run(claimed, rows))
    await is_asked.wait()
    clock.advance(seconds=5)

    await runner._keep_leases_of(rows)
    kept = (await job_row(job_id))["lease_until"]
    is_written.set()
    await running

    assert (kept - clock.now()).total_seconds() == 10
    assert (await job_row(job_id))["state"] == "done"
