"""A subgraph server of the tests' own, that answers each request as it is told."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from federation.fetch.fetch import FetchRequest
from federation.transport.local import LocalTransport
from tests.patience import until

GOOD = {"data": {"a": 1}}


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    head: str
    body: bytes

    def header(self, name: str) -> str | None:
        for line in self.head.split("\r\n")[1:]:
            found, _, value = line.partition(": ")
            if found.lower() == name:
                return value
        return None


Behave = Callable[[Seen, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """The server: what it was asked, and who is connected now."""

    behave: Behave
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    connections_ever: int = 0
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                seen = Seen(head, b"")
                length = int(seen.header("content-length") or 0)
                seen = Seen(head, await reader.readexactly(length))
                self.seen.append(seen)
                await self.behave(seen, writer)
                await writer.drain()
        self._tasks.discard(task)
        writer.transport.abort()

    async def none_connected(self) -> bool:
        """Whether all sockets close soon."""
        return await until(lambda: self.connections == 0)

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Counted(asyncio.StreamReaderProtocol):
    """Counts the sockets that are open, whatever the server's code does with them."""

    def __init__(self, of: Peer) -> None:
        super().__init__(asyncio.StreamReader(), of.serve)
        self._of = of

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._of.connections += 1
        self._of.connections_ever += 1
        super().connection_made(transport)

    def eof_received(self) -> bool:
        super().eof_received()
        return False  # a client that has closed its side is gone

    def connection_lost(self, exc: Exception | None) -> None:
        self._of.connections -= 1
        super().connection_lost(exc)


@asynccontextmanager
async def peer(behave: Behave, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    made = Peer(behave)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Counted(made), "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await made.stop()


def http(
    body: bytes | str | dict[str, Any] = b"",
    *,
    status: str = "200 OK",
    headers: str = "",
    content_type: str = "application/json",
) -> bytes:
    """A whole HTTP answer."""
    if isinstance(body, dict):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\n{headers}"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def answering(answer: bytes) -> Behave:
    """Always the same bytes."""

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return behave


def answering_then_closing(answer: bytes) -> Behave:
    """The same bytes, and nothing after them."""

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        writer.close()

    return behave


def executing(transport: LocalTransport) -> Behave:
    """Answers each request as the subgraph of this process would."""

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked = json.loads(seen.body)
        request = FetchRequest(subgraph="", document=asked["query"], variables=asked["variables"])
        result = await transport.fetch(request, None)
        answer = {"data": result.data, **({"errors": result.errors} if result.errors else {})}
        writer.write(http(answer))

    return behave


async def silent(_seen: Seen, _writer: asyncio.StreamWriter) -> None:
    """Never answers."""
    await asyncio.sleep(60)


def query(document: str = "{ a }", **variables: Any) -> FetchRequest:
    return FetchRequest(subgraph="media", document=document, variables=variables)


def mutation(document: str = "mutation { a }") -> FetchRequest:
    return FetchRequest(subgraph="media", document=document, operation_kind="mutation")


def subscription(document: str = "subscription { a }") -> FetchRequest:
    return FetchRequest(subgraph="media", document=document, operation_kind="subscription")
