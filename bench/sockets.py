"""A thousand subscribers in one lean process of their own, never counted.

It speaks graphql-transport-ws on bare sockets and counts messages by their frames; commands
come as lines of JSON on its input, and each is answered by one line:

    {"open": {...}}   connect and subscribe all, until each was told something
    {"pages": 200}    have so many pages turned, a few at a time, until all were told of all
    {"close": true}   leave
"""

import asyncio
import os
import resource
import sys
import time
from base64 import b64encode
from typing import cast

import msgspec
import uvloop

from bench.child import Child

SECONDS_MAX = 60.0
WINDOW = 8
"""Pages that are turned at a time: fewer than any server keeps waiting for one subscriber."""
CONNECTS_AT_ONCE = 50
TEXT, PING, PONG = 0x1, 0x9, 0xA


class Open(msgspec.Struct, frozen=True):
    """Whom to connect to, and what to subscribe to."""

    port: int
    subscribers: int
    query: str
    is_shared: bool
    """All with the same variables; else each with its own."""


class Command(msgspec.Struct, frozen=True):
    """One line of input."""

    open: Open | None = None
    pages: int = 0


class Told(msgspec.Struct, frozen=True):
    """One line of output."""

    messages: int = 0
    seconds: float = 0.0
    fault: str = ""


class Subscribers(Child):
    """The process, as the measuring side holds it."""

    module = "bench.sockets"

    def tell(self, command: Command) -> Told:
        """Give a command and wait for its end.

        Raises:
            ConnectionError: the server did not do its part.
        """
        told = self.ask(command, Told)
        if told.fault:
            raise ConnectionError(told.fault)
        return told


class _Crowd:
    """All subscribers of one server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received = 0
        self.awaited = 0
        self.is_reached = asyncio.Event()
        self.members: list[_Subscriber] = []

    def count(self, messages: int) -> None:
        """Count what came."""
        self.received += messages
        if self.received >= self.awaited:
            self.is_reached.set()

    async def wait_for(self, messages: int) -> None:
        """Wait until so many came, in all."""
        self.awaited = messages
        self.is_reached.clear()
        if self.received < messages:
            await self.is_reached.wait()


class _Subscriber(asyncio.Protocol):
    """One socket: a handshake, an initialisation, a subscription, and then frames."""

    def __init__(self, crowd: _Crowd, subscribe: bytes) -> None:
        self._crowd = crowd
        self._subscribe = subscribe
        self._buffer = b""
        self._is_upgraded = False
        self.is_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Set by the first message of the subscription."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        key = b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1:{self._crowd.port}\r\n"
            "upgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n"
            f"sec-websocket-key: {key}\r\n"
            "sec-websocket-protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_upgraded:
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                self._fail("the server did not open a WebSocket")
                return
            self._is_upgraded, self._buffer = True, rest
            self.transport.write(frame(b'{"type":"connection_init"}'))
        frames, self._buffer = read_frames(self._buffer)
        payloads = [payload for opcode, payload in frames if opcode != PING]
        if len(payloads) < len(frames):
            self.transport.write(frame(b"", PONG))
        if self.is_ready.done():
            self._crowd.count(len(payloads))
        else:
            self._begin(payloads)

    def connection_lost(self, error: Exception | None) -> None:
        self._fail("the server hung up")

    def _begin(self, payloads: list[bytes]) -> None:
        for payload in payloads:
            if b'"connection_ack"' in payload:
                self.transport.write(frame(self._subscribe))
            elif b'"next"' in payload and b'"errors"' not in payload:
                self.is_ready.set_result(None)
            else:
                self._fail(f"the server says {payload[:200].decode(errors='replace')}")

    def _fail(self, reason: str) -> None:
        if not self.is_ready.done():
            self.is_ready.set_exception(ConnectionError(reason))


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """A masked frame; the mask is zero, for nobody stands between."""
    length = len(payload)
    if length < 126:
        return bytes([0x80 | opcode, 0x80 | length]) + bytes(4) + payload
    return bytes([0x80 | opcode, 0xFE, *divmod(length, 256)]) + bytes(4) + payload


def read_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Opcode and payload of the whole frames, and what is left."""
    frames, at, end = [], 0, len(data)
    while end - at >= 2:
        length, begin = data[at + 1] & 0x7F, at + 2
        if length == 126:
            length, begin = int.from_bytes(data[begin : begin + 2]), begin + 2
        elif length == 127:
            length, begin = int.from_bytes(data[begin : begin + 8]), begin + 8
        if begin + length > end:
            break
        frames.append((data[at] & 0x0F, data[begin : begin + length]))
        at = begin + length
    return frames, data[at:]


async def _open(given: Open) -> _Crowd:
    crowd = _Crowd(given.port)
    loop = asyncio.get_running_loop()
    for number in range(given.subscribers):
        variables = {"seat": 0 if given.is_shared else number}
        payload = {"query": given.query, "operationName": "Reading", "variables": variables}
        text = msgspec.json.encode({"id": "1", "type": "subscribe", "payload": payload})
        member = _Subscriber(crowd, text)
        await loop.create_connection(lambda made=member: made, "127.0.0.1", given.port)  # type: ignore[misc]
        crowd.members.append(member)
        if number % CONNECTS_AT_ONCE == 0:
            await member.is_ready
    await asyncio.gather(*(member.is_ready for member in crowd.members))
    return crowd


async def _turn(crowd: _Crowd, pages: int) -> Told:
    """Have pages turned, a window at a time; all must be told of all of them."""
    began_at, before = time.perf_counter(), crowd.received
    for _ in range(pages // WINDOW):
        awaited = crowd.received + WINDOW * len(crowd.members)
        await _publish(crowd.port, WINDOW)
        await crowd.wait_for(awaited)
    messages = crowd.received - before
    return Told(messages=messages, seconds=time.perf_counter() - began_at)


async def _publish(port: int, count: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"POST /turn?pages={count} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        "content-length: 0\r\nconnection: close\r\n\r\n".encode()
    )
    await reader.read()
    writer.close()


async def _serve() -> None:
    """Follow commands; standard input is read in a thread, for the sockets must go on."""
    crowd: _Crowd | None = None
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        command, told = msgspec.json.decode(line, type=Command), Told()
        try:
            async with asyncio.timeout(SECONDS_MAX):
                if command.open is not None:
                    crowd = await _open(command.open)
                elif command.pages and crowd is not None:
                    told = await _turn(crowd, command.pages)
                elif crowd is not None:
                    for member in crowd.members:
                        member.transport.abort()
                    crowd = None
        except OSError as fault:
            told = Told(fault=str(fault) or type(fault).__name__)
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()


def allow_many_sockets() -> None:
    """Take as many open files as this machine gives."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    allow_many_sockets()
    uvloop.run(_serve())
