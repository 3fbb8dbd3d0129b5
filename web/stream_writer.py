"""Sends an answer that comes in chunks, to a client that may leave or stop reading."""

import asyncio
from collections.abc import AsyncIterator

from starlette.types import Message, Receive, Send

from web.limits import WebLimits


async def send_stream(
    start: Message,
    chunks: AsyncIterator[bytes],
    receive: Receive,
    send: Send,
    *,
    limits: WebLimits,
    heartbeat: bytes | None = None,
) -> None:
    """Send until the chunks end, the client leaves, or it no longer reads.

    One task asks for chunks, one writes, one listens for the client's leaving. Between the
    first two lies a queue of one: who reads slowly slows only its own stream. The chunks are
    told of a leaving by their cancellation; they do not raise.
    """
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
    writer = asyncio.create_task(_write(start, queue, send, limits, heartbeat))
    leaving = asyncio.create_task(_wait_for_leaving(receive))
    tasks = [asyncio.create_task(_fill(queue, chunks)), writer, leaving]
    try:
        await asyncio.wait({writer, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _fill(queue: asyncio.Queue[bytes | None], chunks: AsyncIterator[bytes]) -> None:
    async for chunk in chunks:
        await queue.put(chunk)
    await queue.put(None)


async def _write(
    start: Message,
    queue: asyncio.Queue[bytes | None],
    send: Send,
    limits: WebLimits,
    heartbeat: bytes | None,
) -> None:
    await send(start)
    silence_seconds_max = None if heartbeat is None else limits.heartbeat_seconds
    while True:
        try:
            async with asyncio.timeout(silence_seconds_max):
                chunk = await queue.get()
        except TimeoutError:
            chunk = heartbeat
        if chunk is None:
            break
        async with asyncio.timeout(limits.send_seconds_max):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
