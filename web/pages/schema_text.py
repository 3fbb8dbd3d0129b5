"""Serves the API schema as text, for code generators and editors."""

import asyncio

from graphql import GraphQLSchema, print_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from errors import AppError
from federation.operation.deferral import with_defer
from web.caching.http_caching import REVALIDATE, entity_tag, is_current
from web.operations.front_parts import FrontParts, ShowsSchema
from web.operations.json_answers import VARY
from web.wire.client_request import ClientRequest, read_client_request, read_headers
from web.wire.compression import coding_of_answer, compress
from web.wire.error_response import http_status, refusal, write_response
from web.wire.media_types import JSON
from web.wire.refusals import IntrospectionRefused

SCHEMA_PATH = "/schema.graphql"
SCHEMA_TYPE = "application/graphql; charset=utf-8"


class SchemaText:
    """Answers GET /schema.graphql, under the rule of introspection."""

    def __init__(self, source: ShowsSchema, parts: FrontParts) -> None:
        self._source = source
        self._parts = parts
        self._printed: tuple[GraphQLSchema, bytes] | None = None

    def route(self) -> Route:
        """Where it stands in the URL table."""
        return Route(SCHEMA_PATH, self._answer, methods=["GET"])

    async def _answer(self, http: Request) -> Response:
        headers = read_headers(http.scope)
        client = read_client_request(
            http.scope, headers, transport="http", allowed_origins=self._parts.allowed_origins
        )
        told = {"vary": VARY.decode(), "x-request-id": client.request_id}
        try:
            await self._require_right(client)
        except AppError as error:
            body = write_response(refusal(error, client.request_id))
            return Response(body, http_status(error), told, JSON)
        body = await self._print()
        tag = entity_tag(body)
        told |= {"etag": tag, REVALIDATE[0].decode(): REVALIDATE[1].decode()}
        if is_current(headers, tag):
            return Response(status_code=304, headers=told)
        coding = coding_of_answer(headers, body)
        if coding is not None:
            body = await compress(body, coding)
            told["content-encoding"] = coding
        return Response(body, headers=told, media_type=SCHEMA_TYPE)

    async def _require_right(self, client: ClientRequest) -> None:
        """Ask who it is, also where everyone may: credentials that do not hold are refused.

        Raises:
            AppError: the credentials do not hold, or nobody is named by them.
        """
        async with self._parts.make_context(client) as context:
            if not self._parts.shows_schema_to(context):
                raise IntrospectionRefused("Log in to see the schema.")

    async def _print(self) -> bytes:
        """Print it once, in a thread: a large schema takes long.

        Compilers of clients refuse `@defer` where the schema does not say that there is one.
        """
        schema = self._source.api_schema
        if self._printed is None or self._printed[0] is not schema:
            told = schema if self._parts.deferring is None else with_defer(schema)
            text = await asyncio.to_thread(print_schema, told)
            self._printed = (schema, f"{text}\n".encode())
        return self._printed[1]
