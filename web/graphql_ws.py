"""GraphQL over WebSocket by graphql-transport-ws, one task group for each socket."""

import asyncio
from contextlib import aclosing, suppress
from enum import IntEnum
from typing import Any

import structlog
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from domain.messages.bookmark import Bookmark
from errors import AppError
from federation.engine import GraphQLResponse
from web.begun import Begun
from web.client_request import (
    ClientRequest,
    make_request_id,
    parse_bearer,
    read_client_request,
    read_headers,
)
from web.error_response import refusal, write_response
from web.graphql_params import GraphQLParams, params_from_json
from web.json_bytes import dump_json, load_json
from web.limits import Slots, WebLimits
from web.operation_runner import FrontParts, OperationRunner
from web.refusals import BadRequest, Overloaded
from web.resume import asks_for_positions, marker, position_asked_for

PROTOCOL = "graphql-transport-ws"
OPERATION_ID_LENGTH_MAX = 256
CLOSE_SECONDS_MAX = 5.0
REASON_BYTES_MAX = 120

log = structlog.get_logger(__name__)


class CloseCode(IntEnum):
    """Why the server ends a socket; the numbers are the protocol's."""

    TRY_AGAIN_LATER = 1013
    INVALID_MESSAGE = 4400
    UNAUTHORIZED = 4401
    FORBIDDEN = 4403
    SUBPROTOCOL_NOT_ACCEPTABLE = 4406
    INITIALISATION_TIMEOUT = 4408
    SUBSCRIBER_EXISTS = 4409
    TOO_MANY_INITIALISATIONS = 4429
    INTERNAL = 4500


class SocketEnded(Exception):
    """The socket is over: the client left (no code), or we close it (with one)."""

    def __init__(self, code: CloseCode | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLOverWebSocket:
    """The ASGI application behind /graphql for WebSockets."""

    def __init__(self, runner: OperationRunner, parts: FrontParts) -> None:
        self._runner = runner
        self._limits = parts.limits
        self._allowed_origins = parts.allowed_origins
        self._sockets = Slots("sockets", parts.limits.sockets_max)

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
            with self._sockets:
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

    async def serve(self) -> None:
        """Read until the end; whatever ends the socket also stops its operations."""
        ended = SocketEnded()
        try:
            async with asyncio.TaskGroup() as group:
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
        self._client = _with_credentials(self._client, message.get("payload"))
        await self._check_credentials()
        await self._tell({"type": "connection_ack"})

    async def _check_credentials(self) -> None:
        try:
            async with asyncio.timeout(self._limits.init_seconds_max):
                await self._runner.check_credentials(self._client)
        except AppError as error:
            code = CloseCode.TRY_AGAIN_LATER if error.retryable else CloseCode.FORBIDDEN
            raise SocketEnded(code, error.message if error.retryable else "Forbidden") from error
        except Exception as error:
            log.error("unexpected_error", exc_info=error)
            raise SocketEnded(CloseCode.INTERNAL, "Internal server error") from error

    async def _follow(self, group: asyncio.TaskGroup) -> None:
        """Do what the client says until it leaves or breaks the protocol."""
        while True:
            message = await self._read()
            match message["type"]:
                case "subscribe":
                    await self._subscribe(message, group)
                case "complete":
                    self._stop(_operation_id(message))
                case "ping" | "pong":
                    await self._answer_ping(message)
                case _:  # connection_init: all others were refused when they were read
                    raise SocketEnded(
                        CloseCode.TOO_MANY_INITIALISATIONS,
                        "Too many initialisation requests",
                    )

    async def _subscribe(self, message: dict[str, Any], group: asyncio.TaskGroup) -> None:
        operation_id = _operation_id(message)
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
            bookmark=self._bookmark(operation_id, params),
        )
        bind_contextvars(request_id=client.request_id)
        try:
            operation = await self._runner.read_operation(params, client)
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
            await self._end_with_error(operation_id, refusal(error, client.request_id))
        finally:
            self._forget(operation_id)

    def _bookmark(self, operation_id: str, params: GraphQLParams) -> Bookmark:
        """Where the operation goes on; its reader hears of gaps at once, of all else on demand."""
        wants_positions = asks_for_positions(params)

        async def tell(bookmark: Bookmark) -> None:
            if bookmark.has_gap or wants_positions:
                await self._send_text(_next_message(operation_id, marker(bookmark)))

        return Bookmark(after=position_asked_for(params), tell=tell)

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
        return _parse_message(text)

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


CLIENT_MESSAGES = ("connection_init", "ping", "pong", "subscribe", "complete")


def _parse_message(text: str) -> dict[str, Any]:
    try:
        message = load_json(text)
    except ValueError as error:
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "Invalid message received") from error
    is_known = isinstance(message, dict) and message.get("type") in CLIENT_MESSAGES
    if not is_known:
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "Invalid message received")
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise SocketEnded(CloseCode.INVALID_MESSAGE, "The payload must be an object.")
    assert isinstance(message, dict)
    return message


def _operation_id(message: dict[str, Any]) -> str:
    found = message.get("id")
    if isinstance(found, str) and 0 < len(found) <= OPERATION_ID_LENGTH_MAX:
        return found
    raise SocketEnded(CloseCode.INVALID_MESSAGE, "The id must be a non-empty string.")


def _with_credentials(client: ClientRequest, payload: dict[str, Any] | None) -> ClientRequest:
    """Take credentials from `connection_init`; without any, the handshake's count."""
    given = {
        name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)
    }
    token = parse_bearer(given.get("authorization", "")) or given.get("accesstoken")
    return replace(
        client,
        bearer_token=token or client.bearer_token,
        api_key=given.get("x-api-key") or client.api_key,
    )


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
