"""A deadline that passes is a timeout; a cancellation by anybody else stays one."""

import asyncio

import pytest

from federation.execute.deadline import Deadline

NEVER = 3_600.0


async def test_what_ends_in_time_gives_its_value() -> None:
    with Deadline(NEVER) as deadline:
        value = await asyncio.sleep(0, "done")

    assert (value, deadline.is_over) == ("done", False)


async def test_what_takes_too_long_is_a_timeout_and_the_task_goes_on() -> None:
    deadline = Deadline(0.0)

    with pytest.raises(TimeoutError), deadline:
        await asyncio.sleep(NEVER)

    task = asyncio.current_task()
    assert task is not None
    assert (deadline.is_over, task.cancelling()) == (True, 0)
    await asyncio.sleep(0)


async def test_a_cancellation_from_outside_stays_one() -> None:
    async def work() -> None:
        with Deadline(NEVER):
            await asyncio.sleep(NEVER)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_who_is_cancelled_while_the_deadline_passes_is_cancelled() -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        with Deadline(0.0):
            try:
                await asyncio.sleep(NEVER)
            except asyncio.CancelledError:
                task.cancel()  # somebody else, at the same moment
                raise

    task = asyncio.create_task(work())

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_timeout_inside_is_not_the_deadlines_own() -> None:
    deadline = Deadline(NEVER)

    with pytest.raises(TimeoutError), deadline:
        async with asyncio.timeout(0.0):
            await asyncio.sleep(NEVER)

    assert not deadline.is_over


async def test_a_deadline_inside_another_passes_alone() -> None:
    with Deadline(NEVER) as outer:
        with pytest.raises(TimeoutError), Deadline(0.0):
            await asyncio.sleep(NEVER)
        await asyncio.sleep(0)

    assert not outer.is_over


async def test_what_fails_in_time_fails_as_it_does() -> None:
    with pytest.raises(KeyError), Deadline(NEVER):
        raise KeyError
