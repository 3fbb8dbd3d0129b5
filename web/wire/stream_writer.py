"""Sends an answer that comes in chunks, to a client that may leave or stop reading."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass

from starlette.types import Message, Receive, Send

from web.wire.draining import Drain
from web.wire.limits import WebLimits

Chunks = asyncio.Queue[bytes | None]
"""What waits to be sent; None is the end."""


@dataclass(frozen=True, slots=True)
class Farewell:
    """How a stream ends that would go on, when the process does."""

    drain: Drain
    words: bytes
    """The last that is sent: they tell a client to come back."""


async def send_queue(
    start: Message,
    queue: Chunks,
    receive: Receive,
    send: Send,
    *,
    limits: WebLimits,
    heartbeat: bytes | None = None,
    opening: bytes = b"",
    farewell: Farewell | None = None,
) -> None:
    """Send what is put into a queue, until its end, until the client leaves or no longer reads.

    The opening leaves with the head, so that a client knows at once that it is heard. With a
    farewell it ends when the process is going to.
    """
    tasks = [
        asyncio.create_task(_write(start, queue, send, limits, heartbeat, opening)),
        asyncio.create_task(_wait_for_leaving(receive)),
    ]
    parting: set[asyncio.Task[None]] = set()

    def leave() -> None:
        assert farewell is not None, "who has none is not told"
        parting.add(asyncio.create_task(_put_last(queue, farewell.words)))

    try:
        with nullcontext() if farewell is None else farewell.drain.told(leave):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*tasks, *parting):
            task.cancel()
        await asyncio.gather(*tasks, *parting, return_exceptions=True)


async def _put_last(queue: Chunks, words: bytes) -> None:
    await queue.put(words)
    await queue.put(None)


async def _write(
    start: Message,
    queue: Chunks,
    send: Send,
    limits: WebLimits,
    heartbeat: bytes | None,
    opening: bytes,
) -> None:
    await send(start)
    if opening:
        await _send_chunk(opening, send, limits)
    silence_seconds_max = None if heartbeat is None else limits.heartbeat_seconds
    while True:
        try:
            async with asyncio.timeout(silence_seconds_max):
                chunk = await queue.get()
        except TimeoutError:
            chunk = heartbeat
        if chunk is None:
            break
        await _send_chunk(chunk, send, limits)
    await send({"type": "http.response.body", "body": b""})


async def _send_chunk(chunk: bytes, send: Send, limits: WebLimits) -> None:
    async with asyncio.timeout(limits.send_seconds_max):  # who does not read loses it
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
