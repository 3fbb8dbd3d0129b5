"""One socket of graphql-transport-ws to a subgraph, and the subscriptions that share it."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.transport.answer import read_response, write_json
from federation.transport.failures import SubgraphFailure, no_response, too_large, unreachable
from federation.transport.header_rules import Header
from federation.transport.mailbox import Mailbox, Message
from federation.transport.options import HttpOptions

PROTOCOL = Subprotocol("graphql-transport-ws")
STAND_SECONDS_MAX = 5.0
"""How long a socket may take until it is acknowledged."""
CLOSE_SECONDS_MAX = 2.0
PING_SECONDS = 20.0
MESSAGES_WAITING_MAX = 16
TOO_BIG = 1009
TOO_LARGE = "SUBGRAPH_RESPONSE_TOO_LARGE"
OURS_TO_MEND = range(4400, 4500)
"""Close codes that say that the client broke the protocol or may not: no use in trying again."""
ACKNOWLEDGED: Message = {"type": "connection_ack"}
OF_SUBSCRIPTIONS = frozenset({"next", "error", "complete"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketAddress:
    """Where to connect and with which headers."""

    url: str
    headers: tuple[Header, ...] = ()
    tls: ssl.SSLContext | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Subscriber:
    """One subscription across all the sockets it has after each other."""

    request: FetchRequest
    stands_by: float = field(default_factory=lambda: _now() + STAND_SECONDS_MAX)
    """Loop time until which it has to stand for the first time."""
    has_stood: bool = False
    is_alone: bool = False
    """It shares no socket: one of those it shared with was told more than may be."""


class SharedSocket:
    """Opened when it is made, closed a while after its last subscription.

    What breaks it breaks all its subscriptions. A slow reader alone on its socket holds the
    subgraph back; one among others may let its mailbox run over, and then is ended.
    """

    def __init__(self, address: SocketAddress, options: HttpOptions) -> None:
        self._address = address
        self._options = options
        self._mailboxes: dict[str, Mailbox] = {}
        self._ids = count(1)
        self._socket: ClientConnection | None = None
        self._is_held = self._is_over = False
        self._closing: asyncio.TimerHandle | None = None
        self.running = asyncio.create_task(self._run())
        """Ends when the socket is closed."""

    @property
    def has_room(self) -> bool:
        """Whether one more subscription may be on it."""
        is_full = len(self._mailboxes) >= self._options.subscriptions_per_socket_max
        return not (is_full or self._is_held or self._is_over)

    @property
    def is_idle(self) -> bool:
        """Whether nobody is on it."""
        return not self._mailboxes

    async def stream(self, subscriber: Subscriber) -> AsyncGenerator[FetchResult, None]:
        """Subscribe and give the answer of each event, until `complete`.

        Raises:
            SubgraphFailure: the socket broke off, the other side broke the protocol, or what
                was told was not read in time.
        """
        operation_id = str(next(self._ids))
        mailbox = self._mailboxes[operation_id] = Mailbox(self._options.response_bytes_max)
        if self._socket is not None:
            mailbox.put(ACKNOWLEDGED, 0)
        is_over = False
        try:
            await _stand(mailbox, subscriber)
            await self._subscribe(operation_id, subscriber.request)
            while (message := await mailbox.get())["type"] == "next":
                yield read_response(message.get("payload"))
            is_over = True
            if message["type"] == "error":
                yield _refusal(message)
        except SubgraphFailure as failure:
            subscriber.is_alone = subscriber.is_alone or failure.code == TOO_LARGE
            raise
        finally:
            mailbox.end(unreachable())
            await self._leave(operation_id, is_over=is_over)

    def close(self) -> None:
        """Close it politely, unless it ends already."""
        if not self._is_over:
            self._is_over = True
            self.running.cancel()

    def abort(self) -> None:
        """Drop it at once."""
        self._is_over = True
        self.running.cancel()
        if self._socket is not None:
            self._socket.transport.abort()

    async def _run(self) -> None:
        """Open, hand over what comes, and close, whatever happens."""
        socket: ClientConnection | None = None
        try:
            async with asyncio.timeout(STAND_SECONDS_MAX):
                socket = await _open(self._address, self._options)
                await _begin(socket, self._address)
            self._socket = socket
            for mailbox in self._mailboxes.values():
                mailbox.put(ACKNOWLEDGED, 0)
            await self._read(socket)
        except SubgraphFailure as failure:
            self._break(failure)
        except (ConnectionClosed, OSError) as fault:
            self._break(_lost(fault, self._options))
        finally:
            self._break(unreachable())
            if socket is not None:
                await _close(socket)

    async def _read(self, socket: ClientConnection) -> None:
        """Hand over what comes until the socket breaks."""
        while True:
            text = await socket.recv(decode=False)
            message = _parse(text)
            if message["type"] in OF_SUBSCRIPTIONS:
                await self._hand_over(message, len(text))
            else:
                await _answer_ping(socket, message)

    async def _hand_over(self, message: Message, size: int) -> None:
        operation_id = message.get("id")
        mailbox = self._mailboxes.get(operation_id) if isinstance(operation_id, str) else None
        if mailbox is None:
            return  # of one that was left
        if mailbox.is_full and len(self._mailboxes) > 1:
            mailbox.end(_not_read())
            return
        self._is_held = True  # nobody joins meanwhile
        await mailbox.room()
        self._is_held = False
        mailbox.put(message, size)

    def _break(self, failure: SubgraphFailure) -> None:
        """End all subscriptions; the first time counts."""
        if failure.code == TOO_LARGE and len(self._mailboxes) > 1:
            # Nobody knows whose it was: each is opened anew, on a socket of its own.
            failure = too_large(self._options.response_bytes_max, is_retryable=True)
        self._is_over = True
        for mailbox in self._mailboxes.values():
            mailbox.end(failure)

    async def _subscribe(self, operation_id: str, request: FetchRequest) -> None:
        payload = {"query": request.document, "variables": request.variables}
        await self._tell({"id": operation_id, "type": "subscribe", "payload": payload})

    async def _leave(self, operation_id: str, *, is_over: bool) -> None:
        """Say goodbye where nobody did yet; who leaves last has the socket closed soon."""
        del self._mailboxes[operation_id]
        if self.is_idle:
            self._close_later()
        if not is_over and not self._is_over and self._socket is not None:
            with suppress(SubgraphFailure):
                await self._tell({"id": operation_id, "type": "complete"})

    def _close_later(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
        wait = self._options.socket_idle_seconds
        self._closing = asyncio.get_running_loop().call_later(wait, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self.is_idle:
            self.close()

    async def _tell(self, message: Message) -> None:
        """Send, but not forever.

        Raises:
            SubgraphFailure: it cannot be sent.
        """
        assert self._socket is not None, "it was acknowledged"
        try:
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await _tell(self._socket, message)
        except (ConnectionClosed, OSError) as fault:
            raise _lost(fault, self._options) from None


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _stand(mailbox: Mailbox, subscriber: Subscriber) -> None:
    """Wait for the acknowledgement; the first one ever has its time in all."""
    try:
        async with asyncio.timeout_at(None if subscriber.has_stood else subscriber.stands_by):
            await mailbox.get()
    except TimeoutError:
        raise unreachable(is_retryable=False) from None
    subscriber.has_stood = True


async def _open(address: SocketAddress, options: HttpOptions) -> ClientConnection:
    try:
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
    except OSError:
        raise unreachable() from None
    except (WebSocketException, ValueError):
        raise no_response("no WebSocket") from None


async def _begin(socket: ClientConnection, address: SocketAddress) -> None:
    """Introduce ourselves, and wait for the acknowledgement."""
    if socket.subprotocol != PROTOCOL:
        raise no_response(f"a WebSocket that does not speak {PROTOCOL}")
    await _tell(socket, {"type": "connection_init", "payload": dict(address.headers)})
    while (message := _parse(await socket.recv(decode=False)))["type"] != "connection_ack":
        await _answer_ping(socket, message)


def _parse(text: bytes) -> Message:
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise no_response("a message that is none of graphql-transport-ws")
    return message


def _refusal(message: Message) -> FetchResult:
    """The errors that end a subscription; before its first event they refuse it."""
    result = read_response({"errors": message.get("payload")})
    result.is_refusal = True
    return result


def _not_read() -> SubgraphFailure:
    return SubgraphFailure("SUBGRAPH_BUSY", "Too many events of the subgraph wait to be told.")


async def _answer_ping(socket: ClientConnection, message: Message) -> None:
    if message["type"] == "ping":
        await _tell(socket, {"type": "pong"})


async def _tell(socket: ClientConnection, message: Message) -> None:
    await socket.send(write_json(message).decode())


async def _close(socket: ClientConnection) -> None:
    """Say goodbye, but do not wait long for the answer."""
    try:
        with suppress(WebSocketException, OSError):
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await socket.close()
    finally:
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
