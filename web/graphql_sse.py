"""GraphQL over server-sent events, one connection for each operation."""

import asyncio
from contextlib import aclosing

from starlette.types import Receive, Send

from domain.messages.bookmark import Bookmark
from federation.engine import GraphQLResponse
from web.client_request import ClientRequest
from web.error_response import refusal, write_response
from web.limits import WebLimits
from web.operation_runner import Operation, OperationRunner
from web.resume import marker

HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


class EventStreams:
    """Serves the answers of an operation as events: `next` for each, then `complete`."""

    def __init__(self, runner: OperationRunner, limits: WebLimits) -> None:
        self._runner = runner
        self._limits = limits

    async def serve(
        self, operation: Operation, client: ClientRequest, receive: Receive, send: Send
    ) -> None:
        """Stream until the operation ends, the client leaves, or it no longer reads.

        One task asks the engine, one writes, one listens for the client's leaving. Between
        the first two lies a queue of one: who reads slowly slows only its own stream.
        """
        events: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        client.bookmark.after = client.headers.get("last-event-id")
        client.bookmark.tell = lambda bookmark: events.put(_between_events(bookmark))
        tasks = [
            asyncio.create_task(self._produce(operation, client, events)),
            asyncio.create_task(self._write(client, events, send)),
            asyncio.create_task(_wait_for_leaving(receive)),
        ]
        _producer, writer, leaving = tasks
        try:
            await asyncio.wait({writer, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _produce(
        self,
        operation: Operation,
        client: ClientRequest,
        events: asyncio.Queue[bytes | None],
    ) -> None:
        try:
            async with aclosing(self._runner.stream(operation, client)) as responses:
                async for response in responses:
                    await events.put(_next_event(response, client.bookmark.position))
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            await events.put(_next_event(refusal(error, client.request_id)))
        await events.put(None)

    async def _write(
        self, client: ClientRequest, events: asyncio.Queue[bytes | None], send: Send
    ) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"vary", b"Accept"),
            (b"x-request-id", client.request_id.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._send_chunk(send, HEARTBEAT)
        event: bytes | None = HEARTBEAT
        while event is not None:
            try:
                async with asyncio.timeout(self._limits.heartbeat_seconds):
                    event = await events.get()
            except TimeoutError:
                event = HEARTBEAT
            await self._send_chunk(send, COMPLETE if event is None else event)
        await send({"type": "http.response.body", "body": b""})

    async def _send_chunk(self, send: Send, chunk: bytes) -> None:
        """Send, but not forever: a client that does not read loses its stream."""
        async with asyncio.timeout(self._limits.send_seconds_max):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _next_event(response: GraphQLResponse, position: str | None = None) -> bytes:
    event = b"event: next\ndata: " + write_response(response) + b"\n\n"
    return event if position is None else b"id: %b\n" % position.encode() + event


def _between_events(bookmark: Bookmark) -> bytes:
    """A gap as an event; a position alone as an id without data, which browsers keep in silence."""
    if bookmark.has_gap:
        return _next_event(marker(bookmark), bookmark.position)
    assert bookmark.position is not None, "else there is nothing to tell"
    return b"id: %b\n\n" % bookmark.position.encode()


async def _wait_for_leaving(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
