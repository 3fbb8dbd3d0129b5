"""Our server's end of a WebSocket: whole frames, in order, few writes."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.fakes.server import running_server
from tests.patience import SECONDS_MAX
from web.serving.socket_protocol import WAITING_BYTES_MAX, BatchedSocket

Tell = Callable[[str], Coroutine[Any, Any, None]]


class CountedWrites:
    """A transport that counts what is written after the handshake."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.writes: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1 101"):
            self.writes.append(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class CountedSocket(BatchedSocket):
    """Shows its transport."""

    last: CountedWrites

    def connection_made(self, transport: Any) -> None:
        CountedSocket.last = CountedWrites(transport)
        super().connection_made(CountedSocket.last)  # type: ignore[arg-type]


def app_that(tells: Callable[[Tell], Coroutine[Any, Any, None]]) -> Any:
    """An application that accepts, tells, and closes with 4400."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})

        async def tell(text: str) -> None:
            await send({"type": "websocket.send", "text": text})

        await tells(tell)
        await send({"type": "websocket.close", "code": 4400, "reason": "the end"})

    return app


async def hear(app: Any, **options: Any) -> tuple[list[str | bytes], int | None]:
    """All messages of a socket, and the code it was closed with."""
    async with (
        running_server(app, ws=CountedSocket) as address,
        connect(f"ws://{address}/", max_size=None, **options) as socket,
        asyncio.timeout(SECONDS_MAX),
    ):
        heard = []
        with suppress(ConnectionClosed):
            while True:
                heard.append(await socket.recv())
    return heard, socket.close_code


@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 200_000])
async def test_a_message_of_any_length_arrives_whole_before_the_close(length, compression) -> None:
    text = ("é" + "x" * length)[-length:] if length else ""

    async def tells(tell: Tell) -> None:
        await tell(text)
        await tell("last")

    assert await hear(app_that(tells), compression=compression) == ([text, "last"], 4400)


async def test_messages_of_one_turn_leave_in_one_write() -> None:
    async def tells(tell: Tell) -> None:
        for number in range(8):
            await tell(str(number))
        await asyncio.sleep(0)
        await tell("later")

    heard, _ = await hear(app_that(tells), compression=None)

    assert heard == [*map(str, range(8)), "later"]
    first, second, _close = CountedSocket.last.writes
    assert first == b"".join(b"\x81\x01%d" % number for number in range(8))
    assert second == b"\x81\x05later"


async def test_what_waits_for_the_end_of_a_turn_is_bounded() -> None:
    text = "x" * 20_000

    async def tells(tell: Tell) -> None:
        for _ in range(20):
            await tell(text)

    heard, _ = await hear(app_that(tells), compression=None)

    assert heard == [text] * 20
    assert max(map(len, CountedSocket.last.writes)) < WAITING_BYTES_MAX + 2 * len(text)


class Impatient(BatchedSocket):
    """Takes a peer for dead soon."""

    ping_seconds = 0.02
    pong_seconds_max = 0.02


async def test_a_peer_that_answers_no_ping_is_hung_up_on() -> None:
    async def tells(_tell: Tell) -> None:
        await asyncio.Event().wait()

    async with (
        running_server(app_that(tells), ws=Impatient) as address,
        asyncio.timeout(SECONDS_MAX),
    ):
        host, _, port = address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n"
        )
        told = await reader.read()  # to the end, which it is the server's to make
        writer.close()

    assert b"\x89\x04" in told, "a ping"
    assert b"\x03\xf3keepalive ping timeout" in told, "closed with 1011"


async def test_who_has_left_is_told_no_more() -> None:
    ended: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def tells(tell: Tell) -> None:
        try:
            while True:
                await tell("x")
                await asyncio.sleep(0)
        except OSError as error:
            ended.set_result(error)
            raise

    async with (
        running_server(app_that(tells)) as address,
        connect(f"ws://{address}/") as socket,
        asyncio.timeout(SECONDS_MAX),
    ):
        await socket.recv()
        await socket.close()
        assert isinstance(await ended, OSError)
