"""GraphQL over server-sent events, one connection for each operation."""

import asyncio
from contextlib import aclosing

from starlette.types import Receive, Send

from domain.messages.bookmark import Bookmark
from federation.engine import GraphQLResponse
from web.operations.operation_runner import Operation, OperationRunner
from web.operations.resume import marker
from web.wire.client_request import ClientRequest
from web.wire.error_response import refusal, write_response
from web.wire.limits import WebLimits
from web.wire.stream_writer import Chunks, Farewell, send_queue

HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
RETRY = b"retry: 1000\n\n"
"""The last of a stream that the server has to end: its client comes back after so many ms. There
is no `complete`, as the operation goes on there."""


class EventStreams:
    """Serves the answers of an operation as events: `next` for each, then `complete`."""

    def __init__(self, runner: OperationRunner, limits: WebLimits) -> None:
        self._runner = runner
        self._limits = limits

    async def serve(
        self, operation: Operation, client: ClientRequest, receive: Receive, send: Send
    ) -> None:
        """Stream until the operation ends, the client leaves, or it no longer reads.

        One task asks the engine, another writes. Between them lies a queue of one: who reads
        slowly slows only its own stream.
        """
        events: Chunks = asyncio.Queue(maxsize=1)
        client.bookmark.after = client.headers.get("last-event-id")
        client.bookmark.tell = lambda bookmark: events.put(_between_events(bookmark))
        producer = asyncio.create_task(self._produce(operation, client, events))
        try:
            farewell = Farewell(self._runner.drain, RETRY) if operation.is_subscription else None
            await send_events(events, client, self._limits, receive, send, farewell)
        finally:
            producer.cancel()
            await asyncio.gather(producer, return_exceptions=True)

    async def _produce(
        self,
        operation: Operation,
        client: ClientRequest,
        events: Chunks,
    ) -> None:
        try:
            async with aclosing(self._runner.stream(operation, client)) as responses:
                async for response in responses:
                    await events.put(_next_event(response, client.bookmark.position))
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            await events.put(_next_event(refusal(error, client.request_id)))
        await events.put(COMPLETE)
        await events.put(None)


async def send_events(
    events: Chunks,
    client: ClientRequest,
    limits: WebLimits,
    receive: Receive,
    send: Send,
    farewell: Farewell | None,
) -> None:
    """Send what comes, until the end, until the client leaves, or no longer reads."""
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"vary", b"Accept"),
        (b"x-request-id", client.request_id.encode()),
    ]
    start = {"type": "http.response.start", "status": 200, "headers": headers}
    await send_queue(
        start,
        events,
        receive,
        send,
        limits=limits,
        heartbeat=HEARTBEAT,
        opening=HEARTBEAT,
        farewell=farewell,
    )


def _next_event(response: GraphQLResponse, position: str | None = None) -> bytes:
    event = b"event: next\ndata: " + write_response(response) + b"\n\n"
    return event if position is None else b"id: %b\n" % position.encode() + event


def _between_events(bookmark: Bookmark) -> bytes:
    """A gap as an event; a position alone as an id without data, which browsers keep in silence."""
    if bookmark.has_gap:
        return _next_event(marker(bookmark), bookmark.position)
    assert bookmark.position is not None, "else there is nothing to tell"
    return b"id: %b\n\n" % bookmark.position.encode()
