"""One HTTP/1.1 connection: a request goes out, its answer is parsed while it comes in."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from federation.transport.answer import Answer
from federation.transport.failures import SubgraphFailure, no_response, too_large, unreachable

HEAD_BYTES_MAX = 64 * 1024
BUFFERED_BYTES_MAX = 256 * 1024
"""Bytes of a stream that wait for their reader; beyond that the socket is not read."""
FRAMING_FACTOR = 4
"""How many times larger than its body an answer may be through chunk headers."""

Ended = Callable[[Answer | SubgraphFailure], None]
"""Told how an exchange ended."""


class HttpConnection(asyncio.Protocol):
    """A connection that serves one exchange after the other.

    An exchange that fails or is given up aborts it: nobody could tell whose bytes come next.
    """

    _headers: list[tuple[bytes, bytes]]
    _body: list[bytes]
    _status: int
    _bytes_max: int
    _raw_bytes: int
    _body_bytes: int
    _has_head: bool
    _is_complete: bool
    _keeps_alive: bool
    _fault: SubgraphFailure | None

    def __init__(self) -> None:
        self.idle_since = 0.0
        """Loop time at which it was given back; the pool writes it."""
        self.is_fit = False
        """Whether it can take the next request."""
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._is_stream = False
        self._is_held = False
        self._wake: asyncio.Future[None] | None = None
        self._ended: Ended | None = None
        self._begin(0)
        self._is_complete = True  # nothing was asked yet

    def exchange(self, request: bytes, ended: Ended, *, bytes_max: int) -> None:
        """Send a request; `ended` is called with its whole answer, or why there is none.

        After an abort it is not called any more.
        """
        self._begin(bytes_max)
        self._ended = ended
        if self.is_fit:
            self._write(request)
        else:
            self._fail(unreachable())

    async def open_stream(self, request: bytes, *, bytes_max: int) -> Answer:
        """Send a request and read the head of its answer; `read` gives the body.

        Raises:
            SubgraphFailure: it broke, or is no HTTP.
        """
        self._begin(bytes_max)
        self._is_stream = True
        if not self.is_fit:
            raise unreachable()
        self._write(request)
        try:
            while not self._has_head:
                await self._change()
        except BaseException:
            self.abort()
            raise
        return self._answer(b"")

    async def read(self) -> bytes:
        """The next bytes of a stream; nothing at its end.

        Raises:
            SubgraphFailure: it broke before its end.
        """
        assert self._transport is not None, "it was opened"
        while not self._body and not self._is_complete:
            if self._is_held:
                self._is_held = False
                self._transport.resume_reading()
            await self._change()
        data = b"".join(self._body)
        self._body, self._body_bytes = [], 0
        return data

    def abort(self) -> None:
        """Close at once; nothing more is sent, read or told."""
        self._ended = None
        self._close()

    # What the event loop calls:

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpResponseParser(self)
        self.is_fit = True

    def data_received(self, data: bytes) -> None:
        """Parse what came; what nobody asked for ends the connection."""
        if self._parser is None or self._is_complete:
            self._close()
            return
        self._raw_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail(no_response("something that is no HTTP answer"))
            return
        if self._is_complete:
            self.is_fit = self.is_fit and self._keeps_alive
        elif not self._has_head and self._raw_bytes > HEAD_BYTES_MAX:
            self._fail(no_response("headers without end"))
        elif self._is_stream:
            self._hold_back()
        elif self._raw_bytes > FRAMING_FACTOR * self._bytes_max + HEAD_BYTES_MAX:
            self._fail(too_large(self._bytes_max))
        if not self._is_stream and self._body_bytes > self._bytes_max:
            self._fail(too_large(self._bytes_max))
        self._notify()

    def eof_received(self) -> None:
        """Close our side too."""
        self.is_fit = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits: some answers end with the connection, all others are broken."""
        self.is_fit = False
        self._parser = None  # which knows us
        if self._is_complete:
            return
        if exc is None and self._has_head and not self._is_framed():
            self._is_complete = True
            self._notify()
            return
        self._fail(unreachable(is_retryable=self._raw_bytes == 0))

    # What the parser calls:

    def on_message_begin(self) -> None:
        """Begin an answer; a second one was not asked for."""
        if self._is_complete:
            self.is_fit = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; trailers are left out."""
        if not self._has_head:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """End the head."""
        assert self._parser is not None, "it calls us"
        if not self._is_complete:
            self._status = self._parser.get_status_code()
            self._has_head = True

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body, within the bound."""
        if self._is_complete:
            return
        self._body_bytes += len(body)
        if self._is_stream or self._body_bytes <= self._bytes_max:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """End the answer, unless it only announced another one (1xx)."""
        assert self._parser is not None, "it calls us"
        if self._is_complete:
            return
        if self._status < 200:
            self._headers, self._body = [], []
            self._has_head = False
            return
        self._keeps_alive = self._parser.should_keep_alive()
        self._is_complete = True

    def _is_framed(self) -> bool:
        """Whether the head tells where the body ends."""
        names = {name.lower() for name, _ in self._headers}
        return not names.isdisjoint((b"content-length", b"transfer-encoding"))

    def _close(self) -> None:
        self.is_fit = False
        if self._transport is not None:
            self._transport.abort()

    def _write(self, request: bytes) -> None:
        assert self._transport is not None, "it is fit"
        self._transport.write(request)

    def _begin(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._headers, self._body = [], []
        self._status = 0
        self._raw_bytes = self._body_bytes = 0
        self._has_head = self._is_complete = self._keeps_alive = False
        self._fault = None

    def _answer(self, body: bytes) -> Answer:
        return Answer(self._status, self._headers, body)

    async def _change(self) -> None:
        """Wait until something came."""
        if self._fault is not None:
            raise self._fault
        self._wake = asyncio.get_running_loop().create_future()
        try:
            await self._wake
        finally:
            self._wake = None
        if self._fault is not None:
            raise self._fault

    def _hold_back(self) -> None:
        too_much = self._body_bytes > BUFFERED_BYTES_MAX
        if too_much and not self._is_held and self._transport is not None:
            self._is_held = True
            self._transport.pause_reading()

    def _fail(self, fault: SubgraphFailure) -> None:
        if self._fault is None:
            self._fault = fault
        self._close()
        self._notify()

    def _notify(self) -> None:
        """Wake the reader of a stream, or tell that the exchange has ended."""
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        if self._ended is not None and (self._is_complete or self._fault is not None):
            ended, self._ended = self._ended, None
            ended(self._fault or self._answer(b"".join(self._body)))
