"""Explains operations over HTTP: the page that draws a plan, and any phase of planning as text."""

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from federation.engine import GraphQLResponse
from federation.errors import RequestError
from web.operations.front_parts import ExplainsOperations, FrontParts
from web.operations.json_answers import RETRY_AFTER_SECONDS
from web.pages.explorer import Page
from web.wire.client_names import read_client_name
from web.wire.client_request import ClientRequest, read_client_request, read_headers
from web.wire.error_response import error_as_dict, http_status, with_request_id
from web.wire.graphql_params import GraphQLParams, params_from_json
from web.wire.json_bytes import dump_json
from web.wire.limits import Slots
from web.wire.media_types import HEADER_BYTES_MAX, JSON, choose_media_type
from web.wire.refusals import BadRequest, MethodNotAllowed, NotAcceptable
from web.wire.request_body import read_json_body

TEXT = "text/plain"
DEFAULT_PHASE = "plan"
CUT = "\n… cut here: the rest is too long to be shown."


class ExplainOverHTTP:
    """The ASGI application behind /explain; it stands in the URL table in development only.

    GET gives the page. POST takes `query` (or `documentId`), `operationName` and `phase`,
    and gives the phase as text; with `Accept: application/json` the plan as JSON values.
    """

    def __init__(self, explainer: ExplainsOperations, parts: FrontParts, page: Page | None) -> None:
        self._explainer = explainer
        self._parts = parts
        self._page = page
        self._slots = Slots("explanations", parts.limits.explanations_max)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        http, headers = Request(scope, receive), read_headers(scope)
        client = read_client_request(
            scope, headers, transport="http", allowed_origins=self._parts.allowed_origins
        )
        bind_contextvars(request_id=client.request_id)
        try:
            response = await self._answer(http, headers, client)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 -- the border: all are answered
            response = _refuse(error, client)
        response.headers["x-request-id"] = client.request_id
        response.headers.setdefault("cache-control", "no-store")
        response.headers.setdefault("vary", "Accept")
        await response(scope, receive, send)

    async def _answer(
        self, http: Request, headers: dict[str, str], client: ClientRequest
    ) -> Response:
        if http.method in ("GET", "HEAD") and self._page is not None:
            return HTMLResponse(self._page.body, headers=_texts(self._page.headers))
        if http.method != "POST":
            raise MethodNotAllowed("Send what is to be explained by POST.")
        media_type = choose_media_type(headers.get("accept", "")[:HEADER_BYTES_MAX], (TEXT, JSON))
        if media_type is None:
            raise NotAcceptable(f"Accept {TEXT} or {JSON}.")
        body = await read_json_body(http.receive, headers, self._parts.limits)
        params, phase = params_from_json(body), _read_phase(body)
        if media_type == JSON and phase != DEFAULT_PHASE:
            raise NotAcceptable(f"Only the phase `{DEFAULT_PHASE}` comes as {JSON}.")
        document = await self._find_document(params, client)
        with self._slots:
            if media_type == JSON:
                plan = await asyncio.to_thread(
                    self._explainer.describe_plan, document, params.operation_name
                )
                return Response(dump_json(plan), media_type=JSON)
            text = await asyncio.to_thread(
                self._explainer.explain, document, phase, params.operation_name
            )
        return PlainTextResponse(_cut(text, self._parts.limits.explanation_characters_max))

    async def _find_document(self, params: GraphQLParams, client: ClientRequest) -> str:
        partner = self._parts.partners.find_partner(client.api_key, client.client_host)
        return await self._parts.documents.choose(
            params,
            partner,
            read_client_name(client.headers)[0],
            document_bytes_max=self._parts.limits.document_bytes_max,
        )


def _read_phase(body: dict[str, Any]) -> str:
    phase = body.get("phase")
    if phase is not None and not isinstance(phase, str):
        raise BadRequest("`phase` must be a string.")
    return phase or DEFAULT_PHASE


def _cut(text: str, characters_max: int) -> str:
    return text if len(text) <= characters_max else text[:characters_max] + CUT


def _refuse(error: Exception, client: ClientRequest) -> Response:
    """Tell why as GraphQL errors; those of a document keep their locations."""
    errors = error.errors if isinstance(error, RequestError) else [error_as_dict(error)]
    status = http_status(error)
    headers = {}
    if isinstance(error, MethodNotAllowed):
        headers["allow"] = error.allow
    if status == 503:
        headers["retry-after"] = RETRY_AFTER_SECONDS
    told = with_request_id(GraphQLResponse(errors=errors, has_data=False), client.request_id)
    body = dump_json({"errors": told.errors})
    return Response(body, status_code=status, media_type=JSON, headers=headers)


def _texts(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in headers}
