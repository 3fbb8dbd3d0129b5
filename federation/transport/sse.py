"""Subscriptions as server-sent events: one request, many answers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import orjson

from federation.fetch.fetch import FetchResult
from federation.transport.answer import Answer, read_answer, read_response
from federation.transport.connection import HttpConnection
from federation.transport.failures import SubgraphFailure, no_response, too_large, unreachable
from federation.transport.options import HttpOptions

EVENT_STREAM = "text/event-stream"
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its name and its data."""

    name: str
    data: bytes


class EventParser:
    """Cuts a stream of bytes into events; lines end with LF or CR LF."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._rest = bytearray()
        self._name = b""
        self._data: list[bytes] = []
        self._data_bytes = 0

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Events that are complete now; comments only show that the stream lives.

        Raises:
            SubgraphFailure: an event is larger than it may be.
        """
        begin = 0
        self._rest += chunk
        while (end := self._rest.find(b"\n", begin)) >= 0:
            line = bytes(self._rest[begin:end]).removesuffix(b"\r")
            begin = end + 1
            event = self._take(line)
            if event is not None:
                yield event
        del self._rest[:begin]
        self._check_size(len(self._rest))

    def _check_size(self, more: int) -> None:
        if self._data_bytes + more > self._bytes_max:
            raise too_large(self._bytes_max)

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._name.decode(errors="replace"), b"\n".join(self._data))
            is_empty = not self._name and not self._data
            self._name, self._data, self._data_bytes = b"", [], 0
            return None if is_empty else event
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value
        elif field == b"data":
            self._data.append(value)
            self._data_bytes += len(value) + 1
            self._check_size(0)
        return None


async def stream_events(
    connection: HttpConnection, request: bytes, options: HttpOptions
) -> AsyncGenerator[FetchResult, None]:
    """Send the request and give the answer of each event, until `complete`.

    A subgraph that answers with plain JSON instead says so why it refuses.

    Raises:
        SubgraphFailure: the stream broke off, or was none.
    """
    bytes_max = options.response_bytes_max
    head = await _in_time(
        connection.open_stream(request, bytes_max=bytes_max), options.silence_seconds_max
    )
    if not head.header("content-type").lower().startswith(EVENT_STREAM):
        yield await _read_refusal(connection, head, options)
        return
    parser = EventParser(bytes_max)
    while True:
        chunk = await _in_time(connection.read(), options.silence_seconds_max)
        if not chunk:
            raise unreachable()
        for event in parser.feed(chunk):
            if event.name == "complete":
                return
            if event.name in ("next", "message", "") and event.data:
                yield read_response(_decode(event.data))


async def _read_refusal(
    connection: HttpConnection, head: Answer, options: HttpOptions
) -> FetchResult:
    """Read the JSON that came instead of a stream."""
    body = bytearray()
    while chunk := await _in_time(connection.read(), options.seconds_max):
        body += chunk
        if len(body) > options.response_bytes_max:
            raise too_large(options.response_bytes_max)
    try:
        refusal = read_answer(
            Answer(status=head.status, raw_headers=head.raw_headers, body=bytes(body))
        )
    except SubgraphFailure as failure:
        if head.status >= 500:
            raise unreachable() from failure  # a proxy speaks for a server that starts anew
        raise
    refusal.is_refusal = refusal.data is None
    return refusal


async def _in_time(waiting: Awaitable[ResultT], seconds_max: float) -> ResultT:
    """A silent stream is a lost one."""
    try:
        async with asyncio.timeout(seconds_max):
            return await waiting
    except TimeoutError:
        raise unreachable() from None


def _decode(data: bytes) -> object:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise no_response("an event that is no JSON") from None
