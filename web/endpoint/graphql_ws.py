"""GraphQL over WebSocket by graphql-transport-ws, one task group for each socket."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing, suppress
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from errors import AppError, RateLimited
from federation.begun import Begun
from federation.engine import GraphQLResponse
from web.observing.front_metrics import FrontMetrics
from web.operations.front_parts import FrontParts
from web.operations.operation_runner import Credentials, OperationRunner
from web.operations.resume import bookmark_for, position_asked_for
from web.wire.client_request import (
    ClientRequest,
    make_request_id,
    read_client_request,
    read_headers,
)
from web.wire.error_response import refusal, write_response
from web.wire.graphql_params import GraphQLParams, params_from_json
from web.wire.json_bytes import dump_json
from web.wire.limits import Slots, SlotsPerClient, WebLimits
from web.wire.refusals import BadRequest, Overloaded
from web.wire.socket_messages import (
    CloseCode,
    SocketEnded,
    has_token,
    operation_id_of,
    parse_message,
    with_credentials,
)

PROTOCOL = "graphql-transport-ws"
CLOSE_SECONDS_MAX = 5.0
ANSWER_SECONDS_MAX = 15.0
"""How long a socket that is to be ended stays for the queries and mutations it was sent."""
REASON_BYTES_MAX = 120

log = structlog.get_logger(__name__)


class GraphQLOverWebSocket:
    """The ASGI application behind /graphql for WebSockets."""

    def __init__(self, runner: OperationRunner, parts: FrontParts) -> None:
        self._runner = runner
        self._limits = parts.limits
        self._allowed_origins = parts.allowed_origins
        self._sockets = Slots("sockets", parts.limits.sockets_max)
        self._per_client = SlotsPerClient("sockets", parts.limits.sockets_per_client_max)

    def measure(self, metrics: FrontMetrics) -> None:
        """Show how many sockets are open."""
        metrics.measure("sockets_open", "WebSockets.", lambda: self._sockets.taken)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one socket from its handshake to its end."""
        await receive()  # websocket.connect
        if PROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            await _close(send, CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "Subprotocol not acceptable")
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        client = read_client_request(
            scope,
            read_headers(scope),
            transport="websocket",
            allowed_origins=self._allowed_origins,
        )
        try:
            with self._sockets, self._per_client.one(client.client_host):
                await _Socket(self._runner, self._limits, client, receive, send).serve()
        except Overloaded:
            await _close(send, CloseCode.TRY_AGAIN_LATER, "Try again later")


class _Socket:
    """One connection: who it is, and its operations by id."""

    def __init__(
        self,
        runner: OperationRunner,
        limits: WebLimits,
        client: ClientRequest,
        receive: Receive,
        send: Send,
    ) -> None:
        self._runner = runner
        self._limits = limits
        self._client = replace(client, idempotency_key=None)  # it would cover every operation
        self._receive = receive
        self._send = send
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._subscriptions: set[asyncio.Task[None] | None] = set()
        self._credentials = Credentials("", None)
        self._expiry: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Read until the end; whatever ends the socket also stops its operations."""
        ended = SocketEnded()
        try:
            async with asyncio.TaskGroup() as group:
                with self._runner.drain.told(lambda: _begin(group, self._leave())):
                    await self._initialise()
                    await self._follow(group)
        except* SocketEnded as reasons:
            ended = _first(reasons)
        if ended.code is not None:
            await _close(self._send, ended.code, ended.reason)

    async def _initialise(self) -> None:
        """Wait for `connection_init`, check its credentials, acknowledge."""
        try:
            async with asyncio.timeout(self._limits.init_seconds_max):
                message = await self._read()
                while message["type"] in ("ping", "pong"):
                    await self._answer_ping(message)
                    message = await self._read()
        except TimeoutError as error:
            raise SocketEnded(
                CloseCode.INITIALISATION_TIMEOUT, "Connection initialisation timeout"
            ) from error
        if message["type"] != "connection_init":
            raise SocketEnded(CloseCode.UNAUTHORIZED, "Unauthorized")
        self._client = with_credentials(self._client, message.get("payload"))
        self._credentials = await self._check_credentials(self._client)
        await self._tell({"type": "connection_ack"})

    async def _check_credentials(self, client: ClientRequest) -> Credentials:
        try:
            async with asyncio.timeout(self._limits.init_seconds_max):
                return await self._runner.check_credentials(client)
        except AppError as error:
            if error.retryable or isinstance(error, RateLimited):
                raise SocketEnded(CloseCode.TRY_AGAIN_LATER, error.message) from error
            raise SocketEnded(CloseCode.FORBIDDEN, "Forbidden") from error
        except Exception as error:
            log.error("unexpected_error", exc_info=error)
            raise SocketEnded(CloseCode.INTERNAL, "Internal server error") from error

    async def _follow(self, group: asyncio.TaskGroup) -> None:
        """Do what the client says until it leaves or breaks the protocol."""
        self._watch_expiry(group)
        while True:
            message = await self._read()
            match message["type"]:
                case "subscribe":
                    await self._subscribe(message, group)
                case "complete":
                    self._stop(operation_id_of(message))
                case "ping" if has_token(message):
                    await self._renew(message["payload"])
                    self._watch_expiry(group)
                case "ping" | "pong":
                    await self._answer_ping(message)
                case _:  # connection_init: all others were refused when they were read
                    raise SocketEnded(
                        CloseCode.TOO_MANY_INITIALISATIONS,
                        "Too many initialisation requests",
                    )

    async def _renew(self, payload: dict[str, Any]) -> None:
        """Take a new token of the same viewer, for what is asked from now on."""
        client = with_credentials(self._client, payload)
        renewed = await self._check_credentials(client)
        if renewed.viewer != self._credentials.viewer:
            raise SocketEnded(CloseCode.FORBIDDEN, "The token is another viewer's")
        self._client, self._credentials = client, renewed
        await self._tell({"type": "pong", "payload": {"secondsLeft": renewed.seconds_left}})

    def _watch_expiry(self, group: asyncio.TaskGroup) -> None:
        """Close when the credentials end, unless they are renewed by then."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._credentials.seconds_left is not None:
            self._expiry = group.create_task(_expire_after(self._credentials.seconds_left))

    async def _subscribe(self, message: dict[str, Any], group: asyncio.TaskGroup) -> None:
        operation_id = operation_id_of(message)
        if operation_id in self._operations:
            raise SocketEnded(
                CloseCode.SUBSCRIBER_EXISTS, f"Subscriber for {operation_id} already exists"
            )
        try:
            params = params_from_json(message.get("payload"))
            position_asked_for(params)
        except BadRequest as error:
            raise SocketEnded(CloseCode.INVALID_MESSAGE, error.message) from error
        if len(self._operations) >= self._limits.operations_per_socket_max:
            full = Overloaded("Too many operations on this socket.")
            await self._tell_error(operation_id, refusal(full, make_request_id()))
            return
        self._operations[operation_id] = group.create_task(self._run(operation_id, params))

    async def _run(self, operation_id: str, params: GraphQLParams) -> None:
        """Run one operation and tell its answers; each has a request id of its own."""
        client = replace(
            self._client,
            request_id=make_request_id(),
            answer_headers=[],
            bookmark=bookmark_for(
                params, lambda told: self._send_text(_next_message(operation_id, told))
            ),
        )
        bind_contextvars(request_id=client.request_id)
        try:
            operation = await self._runner.read_operation(params, client)
            if operation.is_subscription:
                self._subscriptions.add(asyncio.current_task())
            async with aclosing(self._runner.stream(operation, client)) as responses:
                async for response in responses:
                    if not response.has_data:
                        await self._end_with_error(operation_id, response)
                        return
                    await self._send_text(_next_message(operation_id, response))
            self._forget(operation_id)
            await self._tell({"id": operation_id, "type": "complete"})
        except SocketEnded:
            raise
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            self._runner.count_refusal(error)
            await self._end_with_error(operation_id, refusal(error, client.request_id))
        finally:
            self._subscriptions.discard(asyncio.current_task())
            self._forget(operation_id)

    async def _leave(self) -> None:
        """Answer what has one answer, and send the client elsewhere."""
        answering = set(self._operations.values()) - self._subscriptions
        if answering:
            await asyncio.wait(answering, timeout=ANSWER_SECONDS_MAX)
        raise SocketEnded(CloseCode.SERVICE_RESTART, "The server restarts: connect again")

    def _stop(self, operation_id: str) -> None:
        """Stop an operation for its client, and free its id at once."""
        task = self._operations.pop(operation_id, None)
        if task is not None:
            task.cancel()

    def _forget(self, operation_id: str) -> None:
        """Free the id of the running operation, unless it already names another one."""
        if self._operations.get(operation_id) is asyncio.current_task():
            del self._operations[operation_id]

    async def _end_with_error(self, operation_id: str, response: GraphQLResponse) -> None:
        self._forget(operation_id)
        await self._tell_error(operation_id, response)

    async def _tell_error(self, operation_id: str, response: GraphQLResponse) -> None:
        await self._tell({"id": operation_id, "type": "error", "payload": response.errors})

    async def _answer_ping(self, message: dict[str, Any]) -> None:
        if message["type"] != "ping":
            return
        payload = message.get("payload")
        pong = {"type": "pong"} if payload is None else {"type": "pong", "payload": payload}
        await self._tell(pong)

    async def _read(self) -> dict[str, Any]:
        """Read one message of the protocol."""
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            raise SocketEnded
        text = event.get("text")
        if text is None or len(text) > self._limits.message_bytes_max:
            raise SocketEnded(CloseCode.INVALID_MESSAGE, "Invalid message received")
        return parse_message(text)

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._send_text(dump_json(message).decode())

    async def _send_text(self, text: str) -> None:
        """Send one message, but not forever: who does not read loses the socket."""
        try:
            sending = Begun(self._send_message(text))
            if not sending.is_done:
                async with asyncio.timeout(self._limits.send_seconds_max):
                    await sending
        except TimeoutError as error:
            raise SocketEnded(CloseCode.TRY_AGAIN_LATER, "Messages were not read") from error
        except OSError as error:
            raise SocketEnded from error

    async def _send_message(self, text: str) -> None:
        await self._send({"type": "websocket.send", "text": text})


def _next_message(operation_id: str, response: GraphQLResponse) -> str:
    """The message of one answer, written around what all are told who are told the same."""
    name, payload = dump_json(operation_id).decode(), write_response(response).decode()
    return f'{{"id":{name},"type":"next","payload":{payload}}}'


def _begin(group: asyncio.TaskGroup, work: Coroutine[Any, Any, None]) -> None:
    group.create_task(work)


async def _expire_after(seconds: float) -> None:
    await asyncio.sleep(seconds)
    raise SocketEnded(CloseCode.FORBIDDEN, "The access token has expired")


def _first(reasons: ExceptionGroup[SocketEnded]) -> SocketEnded:
    """Find why the socket ended: what closes it goes before the client's leaving."""
    found = SocketEnded()
    for reason in reasons.exceptions:
        if isinstance(reason, SocketEnded) and found.code is None:
            found = reason
    return found


async def _close(send: Send, code: CloseCode, reason: str) -> None:
    short = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await send({"type": "websocket.close", "code": int(code), "reason": short})
