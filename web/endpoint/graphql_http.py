"""GraphQL over HTTP: methods, media types, status codes."""

from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from web.endpoint.batches import check_batch, run_batch
from web.endpoint.graphql_sse import EventStreams
from web.endpoint.multipart_answers import MultipartAnswers
from web.operations.front_parts import FrontParts
from web.operations.json_answers import (
    JsonAnswer,
    answer_batch,
    answer_refusal,
    answer_response,
    send_answer,
)
from web.operations.operation_runner import Operation, OperationRunner
from web.operations.resume import position_asked_for
from web.pages.explorer import Page
from web.wire.answer_types import OFFERS, SUBSCRIPTION, AnswerTypes, StreamType, read_accept
from web.wire.client_leaving import run_unless_gone
from web.wire.client_request import ClientRequest, ask_again, read_client_request, read_headers
from web.wire.cors import answer_preflight, cors_headers, is_preflight
from web.wire.csrf import require_own_page, require_preflight, require_purpose
from web.wire.graphql_params import (
    GraphQLParams,
    params_from_json,
    params_from_query_string,
)
from web.wire.limits import Slots
from web.wire.media_types import EVENT_STREAM, HEADER_BYTES_MAX, HTML
from web.wire.refusals import (
    MethodNotAllowed,
    MutationByGet,
    NotAcceptable,
    SubscriptionNotSupported,
    UnsupportedMediaType,
    UriTooLong,
)
from web.wire.request_body import decode_json, read_json_body, require_json_in_utf8
from web.wire.security_headers import completing, security_headers
from web.wire.upload_requests import is_upload

OPERATION_PATH = "/graphql/o/"
"""Before the id of a persisted operation, which caches can then tell apart by its address."""


class StreamedAnswer(Struct, frozen=True):
    """Many answers, still to be asked for."""

    operation: Operation
    client: ClientRequest
    params: GraphQLParams
    stream: StreamType


Answer = JsonAnswer | StreamedAnswer


class RequestHead(Struct, frozen=True):
    """What a request says before its body."""

    scope: Scope
    client: ClientRequest
    types: AnswerTypes

    @property
    def document_id(self) -> str | None:
        """The id of a document, where the path has one."""
        path = self.scope["path"]
        return path[len(OPERATION_PATH) :] if path.startswith(OPERATION_PATH) else None


class GraphQLOverHTTP:
    """The ASGI application behind /graphql for everything that is no WebSocket."""

    def __init__(
        self, runner: OperationRunner, parts: FrontParts, *, explorer: Page | None = None
    ) -> None:
        self._runner = runner
        self._limits = parts.limits
        self._allowed_origins = parts.allowed_origins
        self._events = EventStreams(runner, parts.limits)
        self._multipart = MultipartAnswers(runner, parts.limits)
        self._plain_gets = parts.plain_gets
        self._can_defer = parts.deferring is not None
        self._explorer = explorer
        self._uploads = parts.uploads
        self._upload_slots = Slots("uploads", parts.limits.uploads_max)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        headers = read_headers(scope)
        if "origin" in headers and is_preflight(scope, headers):
            await answer_preflight(scope, headers, self._allowed_origins, send)
            return
        head = self._read_head(scope, headers)
        bind_contextvars(request_id=head.client.request_id)
        if head.types.single == HTML and self._explorer is not None:
            await _send_page(_completing(send, head.client), self._explorer)
            return
        try:
            await self._serve(head, receive, send)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            self._runner.count_refusal(error)
            await send_answer(send, answer_refusal(error, head.client, head.types.single))

    def know(self, scope: Scope) -> RequestHead | None:
        """Read a head that may come again before other bodies; None for what is not so plain.

        What it gives is good for `answer_known` with any body of JSON.
        """
        headers = read_headers(scope)
        if scope["method"] != "POST" or "content-encoding" in headers:
            return None
        try:
            require_json_in_utf8(headers)
        except UnsupportedMediaType:
            return None
        del headers["content-length"]  # each body has its own
        head = self._read_head(scope, headers)
        return head if head.types.has_any else None

    async def answer_known(self, head: RequestHead, body: bytes, receive: Receive) -> Answer:
        """Answer a request whose head is known and whose body is all there.

        Raises:
            ClientDisconnect: the client went away.
        """
        client = ask_again(head.client)
        bind_contextvars(request_id=client.request_id)
        try:
            params = self._params_of(decode_json(body, self._limits), head.document_id)
            return await self._answer(params, receive, client, head.types, is_get=False)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            self._runner.count_refusal(error)
            return answer_refusal(error, client, head.types.single)

    def _read_head(self, scope: Scope, headers: dict[str, str]) -> RequestHead:
        is_page = self._explorer is not None and scope["method"] == "GET"
        types = read_accept(headers.get("accept", "")[:HEADER_BYTES_MAX], is_page=is_page)
        client = read_client_request(
            scope,
            headers,
            transport="sse" if types.single == EVENT_STREAM else "http",
            allowed_origins=self._allowed_origins,
            cors=cors_headers(headers["origin"], self._allowed_origins)
            if "origin" in headers
            else (),
        )
        return RequestHead(scope, client, types)

    async def _serve(self, head: RequestHead, receive: Receive, send: Send) -> None:
        scope, client, types = head.scope, head.client, head.types
        is_get = scope["method"] == "GET"
        if not is_get and scope["method"] != "POST":
            raise MethodNotAllowed("Send GraphQL requests by GET or POST.")
        if not types.has_any:
            raise NotAcceptable(f"Accept one of {', '.join(OFFERS)}.")
        if self._uploads is not None and not is_get and is_upload(client.headers):
            require_preflight(client.headers)
            with self._upload_slots:
                client = await self._runner.require_viewer(client)
                async with self._uploads.receive(receive, client.headers, self._limits) as body:
                    params = self._params_of(body, None)
                    answer = await self._answer(params, receive, client, types, is_get=False)
                    await self.deliver(answer, receive, send)
            return
        params = await self._read_params(head, receive)
        answer = await self._answer(params, receive, client, types, is_get=is_get)
        await self.deliver(answer, receive, send)

    async def _answer(
        self,
        params: GraphQLParams | list[Any],
        receive: Receive,
        client: ClientRequest,
        types: AnswerTypes,
        *,
        is_get: bool,
    ) -> Answer:
        if isinstance(params, list):
            running = run_batch(params, client, self._runner)
            return answer_batch(await run_unless_gone(running, receive), client)
        operation = await self._runner.read_operation(params, client)
        if operation.is_mutation and is_get:
            raise MutationByGet("Send mutations by POST.")
        stream = self._choose_stream(operation, types)
        if stream is not None:
            if stream.format == SUBSCRIPTION:
                position_asked_for(params)  # what is wrong with it is told before a stream begins
            await self._runner.check_credentials(client)
            client = replace(client, is_counted=True)
            if self._can_defer:
                operation = replace(operation, wire_format=stream.format)
            return StreamedAnswer(operation, client, params, stream)
        if operation.is_subscription:
            raise SubscriptionNotSupported(
                f"Subscriptions come over WebSocket, or with Accept: {EVENT_STREAM}."
            )
        if types.single is None:
            raise NotAcceptable(f"One answer comes as one of {', '.join(OFFERS)}.")
        response = await self._runner.run(operation, client, receive)
        return answer_response(response, client, types.single, is_get=is_get)

    async def deliver(self, answer: Answer, receive: Receive, send: Send) -> None:
        """Send an answer by ASGI, until its end or until the client leaves."""
        if isinstance(answer, JsonAnswer):
            await send_answer(send, answer)
            return
        operation, client, stream = answer.operation, answer.client, answer.stream
        send = _completing(send, client)
        if stream.media_type == EVENT_STREAM:
            await self._events.serve(operation, client, receive, send)
        else:
            await self._multipart.serve(operation, client, answer.params, stream, receive, send)

    def _choose_stream(self, operation: Operation, types: AnswerTypes) -> StreamType | None:
        """How an operation of many answers is sent; None for one that has only one."""
        if operation.is_subscription:
            return types.subscribed
        wants_stream = types.single is None or types.single == EVENT_STREAM
        if wants_stream or (self._can_defer and operation.defers):
            return types.deferred
        return None

    async def _read_params(self, head: RequestHead, receive: Receive) -> GraphQLParams | list[Any]:
        """What is asked for; a list for a batch."""
        scope, headers, document_id = head.scope, head.client.headers, head.document_id
        if scope["method"] == "GET":
            require_own_page(headers, self._allowed_origins)
            if len(scope["query_string"]) > self._limits.query_string_bytes_max:
                raise UriTooLong("The query string is too long; send the request by POST.")
            query_string = QueryParams(scope["query_string"])
            params = params_from_query_string(query_string, document_id=document_id)
            if params.query is not None and not self._plain_gets:
                require_purpose(headers)
            return params
        return self._params_of(await read_json_body(receive, headers, self._limits), document_id)

    def _params_of(self, body: Any, document_id: str | None) -> GraphQLParams | list[Any]:
        """Check a body; `Any` because the client sent it."""
        if isinstance(body, list) and document_id is None:
            check_batch(body, self._limits)
            return body
        return params_from_json(body, document_id=document_id)


def _completing(send: Send, client: ClientRequest) -> Send:
    """Send what browsers should know as well."""
    return completing(send, (*security_headers(client.scheme), *client.cors))


async def _send_page(send: Send, page: Page) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": page.headers})
    await send({"type": "http.response.body", "body": page.body})
