"""GraphQL over server-sent events, one connection for all operations of a client.

PUT     reserve a stream: its token          201
GET     open it, once                        200
POST    add an operation                     202
DELETE  stop one                             200
"""

from collections.abc import Mapping
from contextlib import aclosing
from typing import Any, ClassVar

from msgspec.structs import replace
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from domain.messages.bookmark import Bookmark
from federation.engine import GraphQLResponse
from web.endpoint.graphql_sse import RETRY, send_events
from web.endpoint.shared_streams import SharedStream, SharedStreams
from web.operations.front_parts import FrontParts
from web.operations.json_answers import answer_refusal, send_answer
from web.operations.operation_runner import Operation, OperationRunner
from web.operations.resume import bookmark_for
from web.wire.client_request import (
    ClientRequest,
    make_request_id,
    read_client_request,
    read_headers,
)
from web.wire.csrf import require_own_page
from web.wire.error_response import refusal, write_response
from web.wire.graphql_params import GraphQLParams, params_from_json
from web.wire.json_bytes import dump_json
from web.wire.media_types import JSON
from web.wire.refusals import BadRequest, MethodNotAllowed
from web.wire.request_body import read_json_body
from web.wire.socket_messages import OPERATION_ID_LENGTH_MAX
from web.wire.stream_writer import Farewell

STREAM_PATH = "/graphql/stream"
TOKEN_HEADER = "x-graphql-event-stream-token"  # noqa: S105 -- a name, not a secret


class StreamMethodNotAllowed(MethodNotAllowed):
    """The method is not one of the protocol's."""

    allow: ClassVar[str] = "PUT, GET, POST, DELETE"


class GraphQLOverOneStream:
    """The ASGI application behind /graphql/stream."""

    def __init__(self, runner: OperationRunner, parts: FrontParts) -> None:
        self._runner = runner
        self._limits = parts.limits
        self._allowed_origins = parts.allowed_origins
        self._may_reserve = parts.shares_streams
        self._streams = SharedStreams(parts.limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of the protocol."""
        headers = read_headers(scope)
        client = read_client_request(
            scope, headers, transport="sse", allowed_origins=self._allowed_origins
        )
        bind_contextvars(request_id=client.request_id)
        try:
            await self._answer(scope, receive, send, client)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            self._runner.count_refusal(error)
            await send_answer(send, answer_refusal(error, client, JSON))

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, client: ClientRequest
    ) -> None:
        method, given = scope["method"], QueryParams(scope["query_string"])
        if method not in ("PUT", "GET", "POST", "DELETE"):
            raise StreamMethodNotAllowed("Shared event streams know PUT, GET, POST and DELETE.")
        require_own_page(client.headers, self._allowed_origins)
        client, owner = await self._runner.admit(client)
        if method == "PUT":
            if not self._may_reserve:
                raise BadRequest("Several processes serve this address: open a stream for each.")
            stream = self._streams.reserve(owner, owner or client.client_host)
            await _send_text(send, 201, stream.token)
            return
        token = client.headers.get(TOKEN_HEADER) or given.get("token", "")
        stream = self._streams.find(token, owner)
        if method == "GET":
            await self._open(stream, client, receive, send)
        elif method == "POST":
            body = await read_json_body(receive, client.headers, self._limits)
            await self._add(stream, params_from_json(body), client)
            await _send_text(send, 202, "")
        else:
            stream.stop(_operation_id(given))
            await _send_text(send, 200, "")

    async def _open(
        self, stream: SharedStream, client: ClientRequest, receive: Receive, send: Send
    ) -> None:
        with self._streams.opened(stream):
            farewell = Farewell(self._runner.drain, RETRY)
            await send_events(stream.events, client, self._limits, receive, send, farewell)

    async def _add(
        self, stream: SharedStream, params: GraphQLParams, client: ClientRequest
    ) -> None:
        operation_id = _operation_id(params.extensions)
        client = replace(client, bookmark=_bookmark(stream, operation_id, params))
        stream.require_free(operation_id)
        operation = await self._runner.read_operation(params, client)
        stream.require_free(operation_id)  # another may have taken it meanwhile
        stream.begin(operation_id, self._run(stream, operation_id, operation, client))

    async def _run(
        self,
        stream: SharedStream,
        operation_id: str,
        operation: Operation,
        client: ClientRequest,
    ) -> None:
        """Tell the answers of one operation, and that it is complete."""
        client = replace(client, request_id=make_request_id())
        try:
            async with aclosing(self._runner.stream(operation, client)) as responses:
                async for response in responses:
                    await stream.events.put(_next_event(operation_id, response))
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            told = refusal(error, client.request_id)
            await stream.events.put(_next_event(operation_id, told))
        await stream.events.put(_event(b"complete", dump_json({"id": operation_id})))


def _bookmark(stream: SharedStream, operation_id: str, params: GraphQLParams) -> Bookmark:
    """As for a socket: ids of the stream's events would not tell of which operation they are."""
    return bookmark_for(params, lambda told: stream.events.put(_next_event(operation_id, told)))


def _operation_id(given: Mapping[str, Any]) -> str:
    found = given.get("operationId")
    if isinstance(found, str) and 0 < len(found) <= OPERATION_ID_LENGTH_MAX:
        return found
    raise BadRequest("`operationId` is missing: a text that names one operation of the stream.")


def _next_event(operation_id: str, response: GraphQLResponse) -> bytes:
    name = dump_json(operation_id)
    return _event(b"next", b'{"id":' + name + b',"payload":' + write_response(response) + b"}")


def _event(kind: bytes, data: bytes) -> bytes:
    return b"event: " + kind + b"\ndata: " + data + b"\n\n"


async def _send_text(send: Send, status: int, text: str) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-length", b"%d" % len(text)),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
