"""Reaches a subgraph over HTTP: bounded, retried, deduplicated, and left alone when it is down."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any, Literal

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.operation.freshness import Freshness, read_cache_control
from federation.transport.answer import Answer, read_answer, write_request
from federation.transport.breaker import Breaker, BreakerState
from federation.transport.calls import Call, Calls
from federation.transport.failures import SubgraphFailure
from federation.transport.follow import follow
from federation.transport.header_rules import Forwarded, HeaderRules, write_headers
from federation.transport.options import HttpOptions, PoolLimits
from federation.transport.pool import ConnectionPool, Origin
from federation.transport.signing import RequestSigner
from federation.transport.socket_pool import SocketPool
from federation.transport.sse import EVENT_STREAM, stream_events
from federation.transport.websocket import Subscriber

JSON_ANSWERS = "application/json, application/graphql-response+json;q=0.9"
_DEFAULT_OPTIONS = HttpOptions()
_DEFAULT_RULES = HeaderRules()

Subscriptions = Literal["websocket", "sse"]


class HttpTransport:
    """A transport to one remote subgraph.

    transport = HttpTransport("http://127.0.0.1:4001/graphql")
    result = await transport.fetch(request, context)
    await transport.close()

    `tls` is for addresses that begin with https; by default the machine's authorities count.
    Subscriptions come over graphql-transport-ws, or as server-sent events. Signed calls always
    take the latter, since a signature covers the body of a request. `clock` is the breaker's.
    """

    def __init__(
        self,
        url: str,
        *,
        options: HttpOptions = _DEFAULT_OPTIONS,
        rules: HeaderRules = _DEFAULT_RULES,
        signer: RequestSigner | None = None,
        subscriptions: Subscriptions = "websocket",
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.seconds_max = options.seconds_max
        self._options = options
        self._rules = rules
        self._signer = signer
        self._origin = Origin.of(url)
        self._has_sockets = subscriptions == "websocket" and signer is None
        if self._origin.is_tls and tls is None:
            tls = ssl.create_default_context()
        self._tls = tls if self._origin.is_tls else None
        self._pool = ConnectionPool(self._origin, options.pool, tls=self._tls)
        self._streams = ConnectionPool(self._origin, _stream_limits(options), tls=self._tls)
        self._sockets = SocketPool(url, options, tls=self._tls)
        self._breaker = Breaker(options.breaker, clock=clock)
        self._calls = Calls(self._pool, self._breaker, options)
        self._json_head = _write_head(self._origin, JSON_ANSWERS)
        self._stream_head = _write_head(self._origin, EVENT_STREAM)

    @property
    def breaker_state(self) -> BreakerState:
        """Whether requests go out now."""
        return self._breaker.state

    @property
    def connections_open(self) -> int:
        """Connections that are lent, idle or being opened."""
        return self._pool.open + self._streams.open

    @property
    def sockets_open(self) -> int:
        """WebSockets, each shared by subscriptions with the same headers."""
        return self._sockets.open

    async def warm(self, request: FetchRequest) -> None:
        """Ask nothing: what is far away makes itself ready."""

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Run a query or mutation; whatever the subgraph does wrong is told in the errors."""
        try:
            answer = await self._begin(request, context).answer()
            if self._rules.returned:
                self._rules.return_headers(context, answer.headers)
            result = read_answer(answer)
            if self._options.reads_cache_control:
                result.freshness = _freshness_of(answer)
            return result
        except SubgraphFailure as failure:
            return failure.as_result()

    async def subscribe(
        self, request: FetchRequest, context: Any
    ) -> AsyncGenerator[FetchResult, None]:
        """Open a subscription; one that breaks off is opened anew a few times."""
        forwarded = self._rules.of_request(context)
        viewer = b"" if self._signer is None else self._signer.viewer(context)

        subscriber = Subscriber(request=request)

        def open_stream() -> AsyncGenerator[FetchResult, None]:
            if self._has_sockets:
                return self._sockets.stream(subscriber, forwarded)
            return self._follow_events(write_request(request), forwarded, viewer)

        events = follow(open_stream, self._options.retries)
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    async def close(self) -> None:
        """Close the connections; requests under way end on theirs."""
        self._pool.close()
        self._streams.close()
        await self._sockets.close()

    def _begin(self, request: FetchRequest, context: Any) -> Call:
        body = write_request(request)
        forwarded = self._rules.of_request(context)
        viewer = b"" if self._signer is None else self._signer.viewer(context)

        def write() -> bytes:
            return self._write(self._json_head, body, forwarded, viewer)

        if request.operation_kind != "query":
            return self._calls.join(write, key=None, attempts_max=1)
        key = body, forwarded.telling, viewer
        attempts_max = self._options.retries.attempts_max
        return self._calls.join(write, key=key, attempts_max=attempts_max)

    def _write(self, head: bytes, body: bytes, forwarded: Forwarded, viewer: bytes) -> bytes:
        """The bytes of one request; signed anew each time."""
        lines = forwarded.lines
        if self._signer is not None:
            lines += write_headers(self._signer.sign(body, viewer))
        return b"%b%bcontent-length: %d\r\n\r\n%b" % (head, lines, len(body), body)

    async def _follow_events(
        self, body: bytes, forwarded: Forwarded, viewer: bytes
    ) -> AsyncGenerator[FetchResult, None]:
        connection = await self._streams.acquire()
        try:
            request = self._write(self._stream_head, body, forwarded, viewer)
            events = stream_events(connection, request, self._options)
            try:
                async for event in events:
                    yield event
            finally:
                await events.aclose()
        finally:
            connection.abort()  # what is left of a stream is of no use to the next one
            self._streams.release(connection, asyncio.get_running_loop().time())


def _freshness_of(answer: Answer) -> Freshness | None:
    """What the subgraph says itself; None where it leaves it to the schema."""
    told = answer.header("cache-control")
    return read_cache_control(told) if told else None


def _write_head(origin: Origin, accept: str) -> bytes:
    """What stands on top of every request of a kind."""
    head = (
        f"POST {origin.target} HTTP/1.1\r\nhost: {origin.authority}\r\n"
        "user-agent: tutti\r\naccept-encoding: identity\r\n"
        f"content-type: application/json\r\naccept: {accept}\r\n"
    )
    return head.encode("ascii")


def _stream_limits(options: HttpOptions) -> PoolLimits:
    """Streams have connections of their own, so that they never keep queries waiting."""
    return PoolLimits(
        connections_max=options.streams_max,
        waiting_max=0,
        connect_seconds_max=options.pool.connect_seconds_max,
    )
