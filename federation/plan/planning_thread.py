"""The one thread in which plans are made, and the bounded queue before it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from federation.errors import RequestError

ResultT = TypeVar("ResultT")


class PlanningThread:
    """Computes one thing after the other, away from the loop."""

    def __init__(self, queued_max: int, after_each: Callable[[], None] | None = None) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="planning")
        self._queued_max = queued_max
        self._after_each = after_each
        self._queued = 0

    def run(self, work: Callable[..., ResultT], *arguments: object) -> "asyncio.Future[ResultT]":
        """Queue work.

        Raises:
            RequestError: as much waits as may (OVERLOADED).
        """
        if self._queued >= self._queued_max:
            raise RequestError("Too much is new at once; try again.", code="OVERLOADED")
        self._queued += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)
        future.add_done_callback(self._leave_queue)
        return future

    def close(self) -> None:
        """Let the thread go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave_queue(self, _: "asyncio.Future[Any]") -> None:
        self._queued -= 1
        if self._after_each is not None:
            with suppress(RuntimeError):  # closed
                self._pool.submit(self._after_each)
