"""Shows a process's figures on a port of their own, never on the one that clients reach."""

import asyncio
import hmac
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from adapters.telemetry.metrics import CONTENT_TYPE, Metrics

CONNECTIONS_MAX = 20
BACKLOG = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAddress:
    """Where figures are shown, and to whom."""

    host: str
    port: int
    token: str | None = None
    """Asked for as `Authorization: Bearer …`; None: whoever reaches the port may read."""


class _Server(uvicorn.Server):
    """Leaves signals to the process that it serves."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@asynccontextmanager
async def showing_metrics(metrics: Metrics, address: MetricsAddress) -> AsyncIterator[int]:
    """Answer GET /metrics, and /health, until left; gives the port.

    Raises:
        OSError: the port cannot be had.
    """
    with _listen(address) as listener:
        server = _Server(_config(_MetricsApp(metrics, address.token)))
        serving = asyncio.create_task(server.serve(sockets=[listener]), name="metrics")
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)


def _config(app: "_MetricsApp") -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS_MAX,
        backlog=BACKLOG,
        timeout_graceful_shutdown=1,
    )


def _listen(address: MetricsAddress) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError as error:
        listener.close()
        raise OSError(
            f"the metrics port {address.port} on {address.host} cannot be had "
            f"({error.strerror}); set TUTTI_METRICS_PORT to another"
        ) from error
    return listener


class _MetricsApp:
    """The application; figures are read in the loop that counts them."""

    def __init__(self, metrics: Metrics, token: str | None) -> None:
        self._metrics = metrics
        self._expected = None if token is None else f"Bearer {token}".encode()

    async def __call__(
        self, scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        assert scope["type"] == "http", "there are no sockets here"
        status, body, media_type = await self._answer(scope)
        headers = [
            (b"content-type", media_type.encode()),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
        ]
        await send(
            {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
        )
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _answer(self, scope: HTTPScope) -> tuple[int, bytes, str]:
        plain = "text/plain; charset=utf-8"
        if scope["method"] not in ("GET", "HEAD"):
            return 405, b"", plain
        if scope["path"] == "/health":
            return 200, b"ok\n", plain
        if scope["path"] != "/metrics":
            return 404, b"", plain
        if not self._may_read(scope):
            return 401, b"", plain
        return 200, await self._metrics.write(), CONTENT_TYPE

    def _may_read(self, scope: HTTPScope) -> bool:
        if self._expected is None:
            return True
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, self._expected)
