"""Gives up on work whose client goes away."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

AnswerT = TypeVar("AnswerT")

WATCHED_AFTER_SECONDS = 0.1
"""Most queries end before that, and none of them needs to know of a client that left."""


async def run_unless_gone(answer: Awaitable[AnswerT], receive: Receive) -> AnswerT:
    """Wait for the answer, and stop the work when the client goes away.

    What takes longer than a moment is watched: a task listens for the leaving and then cancels
    this one, as `asyncio.timeout` does, so the answer itself costs no task of its own.

    Raises:
        ClientDisconnect: it went away.
    """
    running = asyncio.current_task()
    assert running is not None
    watch = _Watch(receive, running)
    try:
        return await answer
    except asyncio.CancelledError as error:
        if not watch.is_client_gone or running.uncancel() > 0:
            raise  # someone else cancelled us
        raise ClientDisconnect from error
    finally:
        watch.end()


class _Watch:
    """Listens for a client's leaving, from a moment after now on, and then cancels the work."""

    def __init__(self, receive: Receive, running: asyncio.Task[object]) -> None:
        self.is_client_gone = False
        self._receive = receive
        self._running = running
        self._listening: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._beginning = loop.call_later(WATCHED_AFTER_SECONDS, self._begin)

    def end(self) -> None:
        """Listen no more."""
        self._beginning.cancel()
        if self._listening is not None:
            self._listening.cancel()

    def _begin(self) -> None:
        self._listening = asyncio.create_task(self._cancel_when_gone())

    async def _cancel_when_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_client_gone = True
        self._running.cancel()
