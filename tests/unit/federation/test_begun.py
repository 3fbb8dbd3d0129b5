"""Work that is begun where it is asked for."""

import asyncio
from types import coroutine

import pytest

from federation.begun import Begun


async def test_what_never_waits_is_done_at_once() -> None:
    async def answer() -> int:
        return 5

    begun = Begun(answer())

    assert begun.is_done
    assert begun.result == 5
    assert await begun == 5


async def test_what_waits_goes_on_in_the_task_that_began_it() -> None:
    gate = asyncio.Event()
    tasks = []

    async def answer() -> str:
        tasks.append(asyncio.current_task())
        async with asyncio.timeout(60):
            await gate.wait()
        await asyncio.sleep(0)
        tasks.append(asyncio.current_task())
        return "done"

    begun = Begun(answer())
    was_done = begun.is_done
    asyncio.get_running_loop().call_soon(gate.set)

    assert await begun == "done"
    assert not was_done
    assert tasks == [asyncio.current_task()] * 2


async def test_a_failure_is_raised_where_it_happens() -> None:
    async def fail(*, at_once: bool) -> None:
        if not at_once:
            await asyncio.sleep(0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Begun(fail(at_once=True))

    later = Begun(fail(at_once=False))
    with pytest.raises(ZeroDivisionError):
        await later


async def test_a_cancellation_is_heard_by_the_work_which_may_still_wait() -> None:
    heard = []

    async def answer() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("cancelled")
            await asyncio.sleep(0)
            heard.append("cleaned up")
            raise

    async def run() -> None:
        await Begun(answer())

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard == ["cancelled", "cleaned up"]


async def test_a_timeout_around_it_stops_it() -> None:
    begun = Begun(asyncio.Event().wait())

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await begun


async def test_what_is_waited_for_is_what_the_work_yields() -> None:
    @coroutine
    def turn():
        yield

    async def answer() -> list[int]:
        seen = []
        for each in range(3):
            await turn()
            seen.append(each)
        return seen

    assert await Begun(answer()) == [0, 1, 2]
