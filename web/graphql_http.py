"""GraphQL over HTTP: methods, media types, status codes."""

import asyncio
from collections.abc import Awaitable, Mapping

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from federation.engine import GraphQLResponse
from web.begun import Begun
from web.client_request import (
    ClientRequest,
    is_from_elsewhere,
    read_client_request,
    read_headers,
)
from web.error_response import http_status, refusal, write_response
from web.explorer import Page
from web.graphql_params import (
    GraphQLParams,
    params_from_json,
    params_from_query_string,
)
from web.graphql_sse import EventStreams
from web.media_types import (
    EVENT_STREAM,
    GRAPHQL_RESPONSE,
    HEADER_BYTES_MAX,
    HTML,
    JSON,
    choose_media_type,
)
from web.operation_runner import FrontParts, Operation, OperationRunner
from web.refusals import (
    BodyTooLarge,
    CsrfRefused,
    MethodNotAllowed,
    MutationByGet,
    NotAcceptable,
    SubscriptionNotSupported,
)
from web.request_body import read_content_type, read_json_body
from web.security_headers import completing, security_headers

PREFLIGHT_HEADERS = (
    "apollo-require-preflight",
    "graphql-require-preflight",
    "x-apollo-operation-name",
    "x-requested-with",
)
OFFERS = (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
OFFERS_OF_PAGE = (*OFFERS, HTML)
WATCHED_AFTER_SECONDS = 0.02
"""Most queries end before that, and none of them needs to know of a client that left."""
CONTENT_TYPES = {name: f"{name}; charset=utf-8".encode() for name in (JSON, GRAPHQL_RESPONSE)}
RETRY_AFTER_SECONDS = "1"


class GraphQLOverHTTP:
    """The ASGI application behind /graphql for everything that is no WebSocket."""

    def __init__(
        self, runner: OperationRunner, parts: FrontParts, *, explorer: Page | None = None
    ) -> None:
        self._runner = runner
        self._limits = parts.limits
        self._allowed_origins = parts.allowed_origins
        self._streams = EventStreams(runner, parts.limits)
        self._explorer = explorer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        headers = read_headers(scope)
        media_type = self._choose_answer_type(scope, headers)
        transport = "sse" if media_type == EVENT_STREAM else "http"
        client = read_client_request(
            scope, headers, transport=transport, allowed_origins=self._allowed_origins
        )
        bind_contextvars(request_id=client.request_id)
        if media_type in (HTML, EVENT_STREAM):
            send = completing(scope, send)
        if media_type == HTML and self._explorer is not None:
            await _send_page(send, self._explorer)
            return
        try:
            await self._answer(scope, receive, send, client, media_type)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            await _send_refusal(send, error, client, media_type)

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        client: ClientRequest,
        media_type: str | None,
    ) -> None:
        if scope["method"] not in ("GET", "POST"):
            raise MethodNotAllowed("Send GraphQL requests by GET or POST.")
        if media_type is None:
            raise NotAcceptable(f"Accept one of {', '.join(OFFERS)}.")
        params = await self._read_params(scope, receive, client.headers)
        operation = await self._runner.read_operation(params, client)
        if operation.is_mutation and scope["method"] == "GET":
            raise MutationByGet("Send mutations by POST.")
        if media_type == EVENT_STREAM:
            await self._runner.check_credentials(client)
            await self._streams.serve(operation, client, receive, send)
            return
        if operation.is_subscription:
            raise SubscriptionNotSupported(
                f"Subscriptions come over WebSocket, or with Accept: {EVENT_STREAM}."
            )
        response = await self._run(operation, client, receive)
        if response is not None:
            await _send_response(send, response, client, media_type)

    async def _run(
        self, operation: Operation, client: ClientRequest, receive: Receive
    ) -> GraphQLResponse | None:
        """Run, but give up on a query whose client goes away; then nobody is answered."""
        if operation.is_mutation:
            return await self._runner.run(operation, client)
        running = Begun(self._runner.run(operation, client))
        return running.result if running.is_done else await run_unless_gone(running, receive)

    async def _read_params(
        self, scope: Scope, receive: Receive, headers: Mapping[str, str]
    ) -> GraphQLParams:
        if scope["method"] == "GET":
            if is_from_elsewhere(headers, self._allowed_origins):
                _require_preflight(headers)
            if len(scope["query_string"]) > self._limits.query_string_bytes_max:
                raise BodyTooLarge("The query string is too long.")
            return params_from_query_string(QueryParams(scope["query_string"]))
        return params_from_json(await read_json_body(receive, headers, self._limits))

    def _choose_answer_type(self, scope: Scope, headers: Mapping[str, str]) -> str | None:
        is_page = self._explorer is not None and scope["method"] == "GET"
        offers = OFFERS_OF_PAGE if is_page else OFFERS
        return choose_media_type(headers.get("accept", "")[:HEADER_BYTES_MAX], offers)


async def run_unless_gone(
    answer: Awaitable[GraphQLResponse], receive: Receive
) -> GraphQLResponse | None:
    """Wait for the answer; None when the client went away and the work was stopped.

    What takes longer than a moment is watched: a task listens for the leaving and then cancels
    this one, as `asyncio.timeout` does, so the answer itself costs no task of its own.
    """
    running = asyncio.current_task()
    assert running is not None
    watch = _Watch(receive, running)
    try:
        return await answer
    except asyncio.CancelledError:
        if not watch.is_client_gone or running.uncancel() > 0:
            raise  # someone else cancelled us
        return None
    finally:
        watch.end()


class _Watch:
    """Listens for a client's leaving, from a moment after now on, and then cancels the work."""

    def __init__(self, receive: Receive, running: asyncio.Task[object]) -> None:
        self.is_client_gone = False
        self._receive = receive
        self._running = running
        self._listening: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._beginning = loop.call_later(WATCHED_AFTER_SECONDS, self._begin)

    def end(self) -> None:
        """Listen no more."""
        self._beginning.cancel()
        if self._listening is not None:
            self._listening.cancel()

    def _begin(self) -> None:
        self._listening = asyncio.create_task(self._cancel_when_gone())

    async def _cancel_when_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.is_client_gone = True
        self._running.cancel()


def _require_preflight(headers: Mapping[str, str]) -> None:
    """Refuse what a foreign page can send without the browser asking us first.

    Raises:
        CsrfRefused: no header on it forces a preflight.
    """
    content_type = read_content_type(headers).name
    has_header = any(name in headers for name in PREFLIGHT_HEADERS)
    if content_type != JSON and not has_header:
        raise CsrfRefused("Requests from other origins need GraphQL-Require-Preflight.")


async def _send_response(
    send: Send, response: GraphQLResponse, client: ClientRequest, media_type: str
) -> None:
    """Send what the engine answered.

    `application/json` clients look into the body alone, so a well-formed request gets 200;
    the newer type tells by its status whether the operation began to execute.
    """
    is_refused = not response.has_data and media_type == GRAPHQL_RESPONSE
    await _send_json(send, response, client, media_type, status=400 if is_refused else 200)


async def _send_refusal(
    send: Send, error: Exception, client: ClientRequest, media_type: str | None
) -> None:
    """Send why a request was refused, as JSON also to those who wanted something else."""
    status = http_status(error)
    if isinstance(error, MethodNotAllowed):
        client.answer_headers.append(("allow", error.allow))
    if status == 401:
        client.answer_headers.append(("www-authenticate", "Bearer"))
    if status in (429, 503):
        client.answer_headers.append(("retry-after", RETRY_AFTER_SECONDS))
    readable = GRAPHQL_RESPONSE if media_type == GRAPHQL_RESPONSE else JSON
    response = refusal(error, client.request_id)
    await _send_json(send, response, client, readable, status=status)


async def _send_json(
    send: Send,
    response: GraphQLResponse,
    client: ClientRequest,
    media_type: str,
    *,
    status: int,
) -> None:
    body = write_response(response)
    headers = [
        (b"content-type", CONTENT_TYPES[media_type]),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept"),
        (b"x-request-id", client.request_id.encode()),
        *security_headers(client.scheme),
    ]
    for name, value in client.answer_headers:
        headers.append((name.encode(), value.encode("latin-1")))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _send_page(send: Send, page: Page) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": page.headers})
    await send({"type": "http.response.body", "body": page.body})
