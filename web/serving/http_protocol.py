"""The server's end of an HTTP connection: a head that comes again is not parsed again."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final, cast

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application, HTTPScope
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from web.caching.http_caching import Header
from web.endpoint.graphql_http import RequestHead
from web.front_app import FrontApp
from web.operations.json_answers import JsonAnswer, compressed

HEAD_BYTES_MAX: Final = 8 * 1024
"""Longer heads are parsed each time."""
LEARNED_MAX: Final = 16
"""Heads that a connection learns in vain before it learns no more: a proxy never repeats itself."""
DIGITS_MAX: Final = 10
HEAD_END: Final = b"\r\n\r\n"
LENGTH_NAME: Final = b"\r\ncontent-length:"
UNUSUAL: Final = frozenset(
    (b"expect", b"http2-settings", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
"""Headers that say more of a message than where its body ends."""
FRAMING: Final = frozenset((b"connection", b"content-length", b"transfer-encoding"))


class RepeatedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which knows the last head of its connection.

        POST /graphql HTTP/1.1 … content-length: │ 123 │ … CRLF CRLF │ body
        ─────────────── before ──────────────────       ─── after ───

    A client that keeps its connection sends the same bytes before each body, but for the length.
    What was parsed of them once holds again, so bytes are compared and nothing is parsed by hand.
    Whatever differs, comes in pieces, or comes while something is under way goes uvicorn's way.
    Nothing of a head outlives its connection.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take what uvicorn gives; `Any` because only it knows what that is."""
        super().__init__(*given, **named)
        is_watched = self.access_log or self.limit_concurrency is not None
        app: object = self.app
        self._front = app if isinstance(app, FrontApp) and not is_watched else None
        self._head: RequestHead | None = None
        self._before = self._after = b""
        self._learns_left = LEARNED_MAX
        self._is_between = True
        self._answered_at = 0.0
        self._defaults: list[Header] = []
        self._defaults_written: bytes | None = b""

    def on_message_begin(self) -> None:
        """Note that a request is half read."""
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that it was read; what follows an upgrade is no HTTP."""
        super().on_message_complete()
        self._is_between = not self.parser.should_upgrade()

    def data_received(self, data: bytes) -> None:
        """Answer a whole request whose head is known, or let it be parsed."""
        if self._front is None:
            super().data_received(data)
            return
        is_idle, cycle = self._is_idle(), self.cycle
        if is_idle and self._head is not None and data.startswith(self._before):
            body = self._find_body(data)
            if body is not None:
                self._answer(self._front, self._head, body)
                return
        super().data_received(data)
        is_new = self.cycle is not cycle
        if is_idle and is_new and self._is_between and self._learns_left:
            self._learn(self._front, data)

    def on_whole_response(self) -> None:
        """Go on after the answer to a known head; a timer that runs is left to find it out."""
        is_timed = self.timeout_keep_alive_task is not None
        if not is_timed or self.pipeline or self.transport.is_closing():
            self.on_response_complete()
            return
        self.server_state.total_requests += 1
        self._answered_at = self.loop.time()
        self.flow.resume_reading()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is silent for too long; wait on where something was answered."""
        self.timeout_keep_alive_task = None
        if self.cycle is not None and not self.cycle.response_complete:
            return  # its end begins a new time
        seconds = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if seconds > 0:
            again = self.timeout_keep_alive_handler
            self.timeout_keep_alive_task = self.loop.call_later(seconds, again)
        else:
            super().timeout_keep_alive_handler()

    def written_defaults(self) -> bytes | None:
        """The headers that the server puts on every answer; None where they end the connection."""
        defaults = self.server_state.default_headers
        if defaults is not self._defaults:
            self._defaults = defaults
            self._defaults_written = write_headers(defaults)
        return self._defaults_written

    def _is_idle(self) -> bool:
        """Whether all requests were read and answered, and more are wanted."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return is_answered and self._is_between and not self.transport.is_closing()

    def _answer(self, front: FrontApp, head: RequestHead, body: bytes) -> None:
        self._learns_left = LEARNED_MAX
        cycle = _WholeRequest(self, front, head, body)
        self.cycle = cycle
        self._start_asgi_task(cycle, cast("ASGI3Application", cycle.answer))

    def _find_body(self, data: bytes) -> bytes | None:
        """The body behind the known head; None where it is another head, or more or less body."""
        start, after = len(self._before), self._after
        end = data.find(after, start, start + DIGITS_MAX + len(after))
        if end < 0 or not data[start:end].isdigit():
            return None
        body = data[end + len(after) :]
        return body if len(body) == int(data[start:end]) else None

    def _learn(self, front: FrontApp, data: bytes) -> None:
        """Keep what was just parsed, if it was one whole request of the usual kind."""
        self._learns_left -= 1
        self._head = None
        end = data.find(HEAD_END) + len(HEAD_END)
        if not len(HEAD_END) < end <= HEAD_BYTES_MAX or not self.cycle.keep_alive:
            return
        head, headers = data[:end], dict(self.headers)
        length = headers.get(b"content-length", b"")
        is_usual = (
            len(headers) == len(self.headers)  # nothing is said twice
            and headers.keys().isdisjoint(UNUSUAL)
            and headers.get(b"connection", b"keep-alive").lower() == b"keep-alive"
            and self.scope["http_version"] == "1.1"
            and _has_usual_lines(head, len(headers))
            and length.isdigit()
            and len(length) <= DIGITS_MAX
            and int(length) == len(data) - end
        )
        if is_usual:
            place = head.index(length, head.lower().index(LENGTH_NAME) + len(LENGTH_NAME))
            self._before, self._after = head[:place], head[place + len(length) :]
            self._head = front.know(cast("Scope", self.scope))


class _WholeRequest(RequestResponseCycle):
    """A request that is all there, behind a head that is known, on its way to its answer.

    It stands where any request of uvicorn's does, so that who leaves, stops the server, or sends
    the next one too early is met as ever.
    """

    def __init__(
        self, protocol: RepeatedHeads, front: FrontApp, head: RequestHead, body: bytes
    ) -> None:
        super().__init__(
            scope=cast("HTTPScope", head.scope),
            transport=protocol.transport,
            flow=protocol.flow,
            logger=protocol.logger,
            access_logger=protocol.access_logger,
            access_log=False,
            default_headers=protocol.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=protocol.on_whole_response,
        )
        self.more_body = False
        self._written_defaults = protocol.written_defaults
        assert front.known is not None, "else no head is known"
        self._graphql = front.known
        self._head = head
        self._given = body

    async def answer(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it: in one write where that can be, else by ASGI."""
        try:
            answer = await self._graphql.answer_known(self._head, self._given, receive)
        except ClientDisconnect:
            return
        if isinstance(answer, JsonAnswer):
            if answer.coding is not None:
                answer = await compressed(answer, answer.coding)
            head = self._write_head(answer)
            if head is not None:
                self.response_started = self.response_complete = True
                self.message_event.set()
                self.transport.writelines((head, answer.body))
                self.on_response()
                return
        await self._graphql.deliver(answer, receive, send)

    def _write_head(self, answer: JsonAnswer) -> bytes | None:
        """The head as uvicorn would write it; None where there is more to it than that."""
        defaults, own = self._written_defaults(), write_headers(answer.own)
        is_usual = self.keep_alive and not self.disconnected and not self.flow.write_paused
        if defaults is None or own is None or not is_usual:
            return None
        return b"%b%b%b%bcontent-length: %d\r\nx-request-id: %b\r\n\r\n" % (
            STATUS_LINE[answer.status],
            defaults,
            answer.shared.written,
            own,
            len(answer.body),
            answer.request_id.encode(),
        )


def write_headers(pairs: Iterable[Header]) -> bytes | None:
    """Headers as they are sent; None where one is wrong, or says how the message ends."""
    written = b""
    for given, value in pairs:
        name = given.lower()
        if name in FRAMING or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
            return None
        written += b"%b: %b\r\n" % (name, value)
    return written


def _has_usual_lines(head: bytes, headers: int) -> bool:
    """Whether every line ends in the one usual way, so that nobody could read others."""
    lines = headers + 2
    return head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r") == lines
