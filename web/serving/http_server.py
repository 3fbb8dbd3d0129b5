"""Listens, and runs an application until it is told to stop."""

import asyncio
import gc
import signal
import socket
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette

from web.serving.http_protocol import RepeatedHeads
from web.serving.socket_protocol import BatchedSocket
from web.serving.trusted_proxies import believing_proxies
from web.wire.draining import Drain

SOCKET_MESSAGE_BYTES_MAX = 1024 * 1024
SHUTDOWN_SECONDS_MAX = 16
"""How long what is under way may take once nobody is accepted: an operation takes 15 at most."""
LINGER_SECONDS = 1.0
"""Silence after which a connection that is kept alive has nothing under way any more."""
LOOK_SECONDS = 0.02
CALLS_NESTED_MAX = 6_000
"""A subgraph's JSON may nest 1,024 levels (the parser's bound), and each takes a few calls to be
merged and written: the interpreter's own bound of 1,000 would fail the whole operation."""
GARBAGE_THRESHOLDS = (5_000, 2, 50)
"""New objects before they are searched for garbage, and how seldom the older ones are: a large
plan is made of so many that the usual 700 would spend a third of the time on searching, while
a longer search would be felt by all."""
CLOSING = (b"connection", b"close")
SWITCH_SECONDS = 0.001
"""How long another thread may compute while the loop waits for the interpreter."""


def listen(host: str, port: int, *, advice: str, is_shared: bool = False) -> socket.socket:
    """The listening socket; the kernel spreads connections over all that share a port.

    Raises:
        OSError: the port cannot be had; the message ends with the advice.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, is_shared)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(
            f"port {port} on {host} cannot be had ({error.strerror}); {advice}"
        ) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Scheme and authority of what listens there."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends by returning, so that whoever serves can close what it opened.

    The library's own way is to send itself the signal again, which ends the process there.
    From the first signal on every answer ends its connection, so that clients that keep theirs
    find another process with their next request.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Begin to shut down at the first signal; a second interrupt does not wait."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; a second signal does not wait for the grace to pass."""
        if self._drain.is_begun or not self._drain.grace_seconds:
            self._drain.begin()
            super().handle_exit(sig, frame)
        else:
            self._drain.begin()
            loop = asyncio.get_running_loop()
            loop.call_later(self._drain.grace_seconds, super().handle_exit, sig, frame)
        self._close_after_answers()

    def _close_after_answers(self) -> None:
        """Every answer ends its connection from now on, those under way included."""
        self.config.encoded_headers = [CLOSING]
        self.server_state.default_headers = [*self.server_state.default_headers, CLOSING]
        for connection in self.server_state.connections:
            cycle = getattr(connection, "cycle", None)
            if cycle is not None:
                cycle.keep_alive = False

    async def _linger(self) -> None:
        """Give those who are connected time for a last request; each ends with its answer."""
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        while self.server_state.connections and loop.time() < until:  # noqa: ASYNC110 -- a set
            await asyncio.sleep(LOOK_SECONDS)

    async def _stop_listening(self, sockets: Sequence[socket.socket]) -> None:
        """Close the listeners, and take whom the kernel has let in: they would be reset."""
        last = [each.dup() for each in sockets]
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        for listener in last:
            let_in = list(_accept_all(listener))
            listener.close()
            for connection in let_in:
                await loop.connect_accepted_socket(self._make_protocol, connection)

    def _make_protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class  # which is a name or a class, says its type
        protocol: asyncio.Protocol = make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody any more, let what is under way end, and close what is silent."""
        if not self.force_exit:
            began = time.monotonic()
            await self._stop_listening(sockets or [])
            await self._drain.wait_until_left(SHUTDOWN_SECONDS_MAX)
            await self._linger()
            left = SHUTDOWN_SECONDS_MAX - (time.monotonic() - began)
            self.config.timeout_graceful_shutdown = max(1, round(left))
        await super().shutdown(sockets)


def _accept_all(listener: socket.socket) -> Iterator[socket.socket]:
    """Those who wait to be accepted, and nobody who comes later than the last of them."""
    listener.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            yield listener.accept()[0]


def keep_loop_free() -> None:
    """Spare the loop what is not its own: long turns of other threads, and garbage searches.

    Planning and validation compute in threads; the loop, each time it wakes, waits for the
    rest of their turn.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.collect()  # of nothing: what the process began with no longer counts as searched before
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def settle_garbage() -> None:
    """Search what outlived the frequent searches, and then leave the rest alone for good.

    A search holds every thread for as long as there are objects, so it must never meet all the
    plans that are kept. Called between two plannings: what they left is garbage by then, and
    what is frozen is still freed when nobody refers to it any more.
    """
    if gc.get_count()[2] > 0:
        gc.collect()
        gc.freeze()


def allow_deep_json() -> None:
    """Let calls nest as deep as the deepest JSON needs."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), CALLS_NESTED_MAX))


async def serve_app(
    app: Starlette,
    listener: socket.socket,
    *,
    trusted_proxies: Sequence[str] = (),
    proxy_headers: Collection[str] = (),
    drain: Drain | None = None,
) -> None:
    """Serve until told to stop; trusted proxies are believed about whom they ask for.

    So they are in what they tell by `proxy_headers`, which anyone else's requests lose.

    The drain is begun at the first signal; the application has it too.
    """
    keep_loop_free()
    config = uvicorn.Config(
        believing_proxies(app, trusted_proxies, proxy_headers),
        http=RepeatedHeads,
        ws=BatchedSocket,
        ws_max_size=SOCKET_MESSAGE_BYTES_MAX,
        ws_per_message_deflate=False,  # its state would outweigh all else we keep of a socket
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS_MAX,
        server_header=False,
        proxy_headers=False,  # done above: only there it is known who sent a request
    )
    await _Server(config, drain or Drain()).serve(sockets=[listener])
