"""A bounded pool of connections to one subgraph."""

import asyncio
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from federation.transport.connection import HttpConnection
from federation.transport.failures import SubgraphFailure, unreachable
from federation.transport.options import PoolLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a subgraph listens."""

    host: str
    port: int
    is_tls: bool
    target: str
    """Path and query of its endpoint."""

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Read an address.

        Raises:
            ValueError: it is no address for HTTP.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address for HTTP")
        if not url.isascii() or not url.isprintable() or " " in url or parts.username is not None:
            raise ValueError(f"{url!r} has parts that an address of a subgraph must not have")
        is_tls = parts.scheme == "https"
        query = f"?{parts.query}" if parts.query else ""
        return cls(
            host=parts.hostname,
            port=parts.port or (443 if is_tls else 80),
            is_tls=is_tls,
            target=(parts.path or "/") + query,
        )

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


class ConnectionPool:
    """Lends connections; those given back in order are lent again, the latest first.

    `open` counts slots: connections lent, idle, and being opened.
    """

    def __init__(
        self, origin: Origin, limits: PoolLimits, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self._origin = origin
        self._limits = limits
        self._tls = tls
        self._idle: list[HttpConnection] = []
        self._waiting: deque[asyncio.Future[HttpConnection | None]] = deque()
        self._open = 0
        self._is_closed = False
        self._sweep: asyncio.TimerHandle | None = None

    @property
    def open(self) -> int:
        """Slots that are taken."""
        return self._open

    def find_idle(self, now: float) -> HttpConnection | None:
        """Lend a connection that is idle at this loop time; None where there is none."""
        oldest = now - self._limits.idle_seconds_max
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fit and connection.idle_since >= oldest:
                return connection
            self._drop(connection)
        return None

    async def acquire(self) -> HttpConnection:
        """Lend a connection; give it back with `release`.

        Raises:
            SubgraphFailure: none can be opened, or none became free in time.
        """
        if self._is_closed:
            raise unreachable(is_retryable=False)
        connection = self.find_idle(asyncio.get_running_loop().time())
        if connection is not None:
            return connection
        if self._open >= self._limits.connections_max:
            given = await self._wait()
            if given is not None:
                return given
        else:
            self._open += 1
        return await self._connect()

    def release(self, connection: HttpConnection, now: float) -> None:
        """Take a connection back at this loop time; one that is not fit is closed."""
        if not connection.is_fit or self._is_closed:
            self._drop(connection)
            return
        if self._waiting and self._hand_over(connection):
            return
        connection.idle_since = now
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep_later()

    def close(self) -> None:
        """Close what is idle, refuse what waits; what is lent is closed when it comes back."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        while self._idle:
            self._drop(self._idle.pop())
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(unreachable(is_retryable=False))

    async def _wait(self) -> HttpConnection | None:
        """Wait for a connection, or for a slot to open one (None)."""
        if len(self._waiting) >= self._limits.waiting_max:
            raise _busy()
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(self._limits.wait_seconds_max):
                return await waiting  # type: ignore[no-any-return]
        except BaseException as fault:
            self._give_on(waiting)
            if isinstance(fault, TimeoutError):
                raise _busy() from None
            raise

    def _give_on(self, waiting: "asyncio.Future[HttpConnection | None]") -> None:
        """Who stops waiting leaves the queue; what it was just given goes to the next one."""
        with suppress(ValueError):
            self._waiting.remove(waiting)
        if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
            given = waiting.result()
            if given is None:
                self._free_slot()
            else:
                self.release(given, asyncio.get_running_loop().time())

    async def _connect(self) -> HttpConnection:
        """Open a connection in a slot that is ours."""
        loop = asyncio.get_running_loop()
        origin = self._origin
        try:
            async with asyncio.timeout(self._limits.connect_seconds_max):
                _, connection = await loop.create_connection(
                    HttpConnection, origin.host, origin.port, ssl=self._tls
                )
        except BaseException as fault:
            self._free_slot()
            if isinstance(fault, (OSError, TimeoutError, ssl.SSLError, UnicodeError)):
                raise unreachable() from fault
            raise
        return connection

    def _hand_over(self, connection: HttpConnection | None) -> bool:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(connection)
                return True
        return False

    def _drop(self, connection: HttpConnection) -> None:
        connection.abort()
        self._free_slot()

    def _free_slot(self) -> None:
        """A slot goes to whoever waits, or is open again."""
        if self._is_closed or not self._hand_over(None):
            self._open -= 1

    def _sweep_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = loop.call_later(self._limits.idle_seconds_max, self._close_stale)

    def _close_stale(self) -> None:
        self._sweep = None
        oldest = asyncio.get_running_loop().time() - self._limits.idle_seconds_max
        kept = [each for each in self._idle if each.is_fit and each.idle_since >= oldest]
        stale = [each for each in self._idle if each not in kept]
        self._idle = kept
        for connection in stale:
            self._drop(connection)
        if self._idle:
            self._sweep_later()


def _busy() -> SubgraphFailure:
    return SubgraphFailure(
        "SUBGRAPH_BUSY", "Too many requests wait for the subgraph; try again soon."
    )
