"""The sockets to one subgraph: subscriptions with the same credentials share one."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Hashable

from federation.fetch.fetch import FetchResult
from federation.transport.failures import SubgraphFailure, unreachable
from federation.transport.header_rules import Forwarded
from federation.transport.options import HttpOptions
from federation.transport.websocket import SharedSocket, SocketAddress, Subscriber


class SocketPool:
    """At most `streams_max` subscriptions, and as many sockets.

    A socket is shared by whoever sends the same headers; those that only trace a request may
    differ, and are the first one's.
    """

    def __init__(self, url: str, options: HttpOptions, *, tls: ssl.SSLContext | None) -> None:
        self._url = "ws" + url.removeprefix("http")
        self._options = options
        self._tls = tls
        self._by_headers: dict[Hashable, list[SharedSocket]] = {}
        self._subscriptions = 0
        self._is_closed = False

    @property
    def open(self) -> int:
        """Sockets that are open, or being opened or closed."""
        return sum(len(each) for each in self._by_headers.values())

    async def stream(
        self, subscriber: Subscriber, forwarded: Forwarded
    ) -> AsyncGenerator[FetchResult, None]:
        """Subscribe and give the answer of each event, until the subgraph ends it.

        Raises:
            SubgraphFailure: there are too many, it is closed, or as `SharedSocket.stream`.
        """
        now = asyncio.get_running_loop().time()
        is_late = not subscriber.has_stood and now >= subscriber.stands_by
        if is_late or self._is_closed:
            raise unreachable(is_retryable=False)
        if self._subscriptions >= self._options.streams_max:
            raise _busy()
        self._subscriptions += 1
        try:
            events = self._find(subscriber, forwarded).stream(subscriber)
            try:
                async for event in events:
                    yield event
            finally:
                await events.aclose()
        finally:
            self._subscriptions -= 1
            if self._is_closed:
                self._close_idle()

    async def close(self) -> None:
        """Close what is idle; the others are closed when their last subscription ends."""
        self._is_closed = True
        closing = self._close_idle()
        await asyncio.gather(*closing, return_exceptions=True)

    def _find(self, subscriber: Subscriber, forwarded: Forwarded) -> SharedSocket:
        """A socket that it may be on; it has to go there before anything is waited for."""
        key: Hashable = subscriber if subscriber.is_alone else forwarded.telling
        for socket in self._by_headers.get(key, ()):
            if socket.has_room:
                return socket
        if self.open >= self._options.streams_max:
            self._make_room()
        address = SocketAddress(url=self._url, headers=forwarded.headers, tls=self._tls)
        socket = SharedSocket(address, self._options)
        self._by_headers.setdefault(key, []).append(socket)
        socket.running.add_done_callback(lambda _: self._forget(key, socket))
        return socket

    def _make_room(self) -> None:
        """Drop a socket that nobody is on: there is one, since each other has a subscription."""
        for sockets in self._by_headers.values():
            for socket in sockets:
                if socket.is_idle:
                    socket.abort()
                    return

    def _close_idle(self) -> list[asyncio.Task[None]]:
        """Close what nobody is on; what that waits for."""
        sockets = [each for some in self._by_headers.values() for each in some if each.is_idle]
        for socket in sockets:
            socket.close()
        return [socket.running for socket in sockets]

    def _forget(self, key: Hashable, socket: SharedSocket) -> None:
        sockets = self._by_headers[key]
        sockets.remove(socket)
        if not sockets:
            del self._by_headers[key]


def _busy() -> SubgraphFailure:
    return SubgraphFailure("SUBGRAPH_BUSY", "Too many subscriptions to the subgraph.")
