"""Loops that try again after errors end, though a library takes their cancellation for itself."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from redis.exceptions import TimeoutError as RedisTimeoutError

from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
from cancellation import end_if_cancelled
from tests.patience import SECONDS_MAX
from workers.redis_broker import RedisStreamsBroker
from workers.relay import _repeat as repeat
from workers.wakeup import Wakeup

NOWHERE = "redis://127.0.0.1:1/0"


class Swallowing:
    """Something that waits, and says that it timed out when it is cancelled."""

    def __init__(self) -> None:
        self.is_waited_for = asyncio.Event()

    async def wait(self, *_: Any, **__: Any) -> Any:
        self.is_waited_for.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise RedisTimeoutError("a connection that was not made") from None


async def cancelled_while_waiting(swallowing: Swallowing, loop: Awaitable[Any]) -> bool:
    """Run a loop until it waits, cancel it once; whether it ended."""
    task = asyncio.ensure_future(loop)
    await asyncio.wait_for(swallowing.is_waited_for.wait(), SECONDS_MAX)
    task.cancel()
    await asyncio.wait({task}, timeout=SECONDS_MAX)
    return task.cancelled()


async def test_a_queue_that_is_cancelled_while_it_connects_is_read_no_more() -> None:
    swallowing = Swallowing()
    broker = RedisStreamsBroker(NOWHERE, stream="tutti:queue:test", consumer="c")
    broker._reader.xautoclaim = swallowing.wait  # type: ignore[method-assign]

    assert await cancelled_while_waiting(swallowing, anext(broker.listen()))


async def test_a_bus_that_is_cancelled_while_it_connects_is_read_no_more() -> None:
    swallowing = Swallowing()
    backend = RedisStreamsBackend(NOWHERE)
    backend._read = swallowing.wait  # type: ignore[method-assign]

    assert await cancelled_while_waiting(swallowing, backend.next_published())


async def test_a_relay_that_is_cancelled_while_it_connects_ends() -> None:
    swallowing = Swallowing()

    assert await cancelled_while_waiting(swallowing, repeat(swallowing.wait, Wakeup()))


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_only_a_cancelled_task_is_ended(is_cancelled: bool) -> None:
    async def loop(cancel: Callable[[], object]) -> str:
        if is_cancelled:
            cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        end_if_cancelled()
        return "went on"

    task: asyncio.Task[str] = asyncio.create_task(loop(lambda: task.cancel()))
    await asyncio.wait({task})

    assert task.cancelled() is is_cancelled
    assert is_cancelled or task.result() == "went on"
