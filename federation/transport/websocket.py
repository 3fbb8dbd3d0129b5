"""Subscriptions over WebSocket by graphql-transport-ws, one socket for each."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.transport.answer import read_response, write_json
from federation.transport.failures import SubgraphFailure, no_response, too_large, unreachable
from federation.transport.header_rules import Header
from federation.transport.options import HttpOptions

PROTOCOL = Subprotocol("graphql-transport-ws")
OPERATION_ID = "1"
ACK_SECONDS_MAX = 5.0
CLOSE_SECONDS_MAX = 2.0
PING_SECONDS = 20.0
MESSAGES_WAITING_MAX = 16
TOO_BIG = 1009
OURS_TO_MEND = range(4400, 4500)
"""Close codes that say that the client broke the protocol or may not: no use in trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketAddress:
    """Where to connect and with which headers."""

    url: str
    headers: tuple[Header, ...] = ()
    tls: ssl.SSLContext | None = None


async def stream_messages(
    address: SocketAddress, request: FetchRequest, options: HttpOptions
) -> AsyncGenerator[FetchResult, None]:
    """Subscribe on a socket of its own and give the answer of each event, until `complete`.

    Raises:
        SubgraphFailure: the socket broke off, or the other side broke the protocol.
    """
    socket = await _open(address, options)
    is_over = False
    try:
        await _begin(socket, address, request)
        async for answer in _read(socket):
            yield answer
        is_over = True
    except (ConnectionClosed, OSError) as fault:
        raise _lost(fault, options) from None
    finally:
        await _close(socket, is_over=is_over)


async def _open(address: SocketAddress, options: HttpOptions) -> ClientConnection:
    try:
        async with asyncio.timeout(options.pool.connect_seconds_max + ACK_SECONDS_MAX):
            return await connect(
                address.url,
                subprotocols=[PROTOCOL],
                additional_headers=address.headers,
                user_agent_header="tutti",
                compression=None,
                proxy=None,
                ssl=address.tls,
                open_timeout=None,  # ours bounds it
                close_timeout=CLOSE_SECONDS_MAX,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                max_size=options.response_bytes_max,
                max_queue=MESSAGES_WAITING_MAX,
                process_exception=lambda fault: fault,
            )
    except InvalidStatus as fault:
        status = fault.response.status_code
        if status >= 500:
            raise unreachable() from None
        raise no_response("no WebSocket", {"status": status}) from None
    except (OSError, TimeoutError):
        raise unreachable() from None
    except (WebSocketException, ValueError):
        raise no_response("no WebSocket") from None


async def _begin(socket: ClientConnection, address: SocketAddress, request: FetchRequest) -> None:
    """Introduce ourselves, wait for the acknowledgement, and subscribe."""
    if socket.subprotocol != PROTOCOL:
        raise no_response(f"a WebSocket that does not speak {PROTOCOL}")
    await _tell(socket, {"type": "connection_init", "payload": dict(address.headers)})
    try:
        async with asyncio.timeout(ACK_SECONDS_MAX):
            while (message := await _receive(socket))["type"] != "connection_ack":
                await _answer_ping(socket, message)
    except TimeoutError:
        raise unreachable() from None
    payload = {"query": request.document, "variables": request.variables}
    await _tell(socket, {"id": OPERATION_ID, "type": "subscribe", "payload": payload})


async def _read(socket: ClientConnection) -> AsyncGenerator[FetchResult, None]:
    """The answers until the subscription is over."""
    while True:
        message = await _receive(socket)
        is_ours = message.get("id") == OPERATION_ID
        match message["type"]:
            case "next" if is_ours:
                yield read_response(message.get("payload"))
            case "error" if is_ours:
                yield read_response({"errors": message.get("payload")})
                return
            case "complete" if is_ours:
                return
            case _:
                await _answer_ping(socket, message)


async def _receive(socket: ClientConnection) -> dict[str, Any]:
    text = await socket.recv()
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise no_response("a message that is none of graphql-transport-ws")
    return message


async def _answer_ping(socket: ClientConnection, message: dict[str, Any]) -> None:
    if message["type"] == "ping":
        await _tell(socket, {"type": "pong"})


async def _tell(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(write_json(message).decode())


async def _close(socket: ClientConnection, *, is_over: bool) -> None:
    """Say goodbye, but do not wait long for the answer."""
    with suppress(WebSocketException, OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            if not is_over:
                await _tell(socket, {"id": OPERATION_ID, "type": "complete"})
            await socket.close()
    socket.transport.abort()


def _lost(fault: ConnectionClosed | OSError, options: HttpOptions) -> SubgraphFailure:
    """Why a socket ended in the middle."""
    if not isinstance(fault, ConnectionClosed):
        return unreachable()
    for closed in (fault.rcvd, fault.sent):
        if closed is not None and closed.code == TOO_BIG:
            return too_large(options.response_bytes_max)
    if fault.rcvd is not None and fault.rcvd.code in OURS_TO_MEND:
        return no_response("a refusal of the subscription", {"closeCode": fault.rcvd.code})
    return unreachable()
