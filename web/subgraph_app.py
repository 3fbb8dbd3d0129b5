"""One of our subgraphs as a server of its own, for our gateway only."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Route

from adapters.telemetry.tracing import Tracing
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.limits import EngineLimits
from federation.operation.document import parse_document, select_operation
from federation.transport.local import LocalTransport
from federation.transport.signing import VIEWER, SignatureVerifier
from resolvers.context import SESSION_COOKIE, RequestContext, UseCaseContext
from schema.definition import SubgraphDefinition
from web.endpoint.graphql_http import GraphQLOverHTTP
from web.engines.local_transports import local_transports
from web.front_app import FrontApp
from web.guards.signed_calls import SignedCalls
from web.guards.viewer_header import SESSION_HEADER, ToldViewer, read_viewer
from web.observing.request_traces import EVERYBODY, RequestTraces
from web.operations.front_parts import FrontParts
from web.operations.operation_runner import OperationRunner
from web.pages.health import Check, Health
from web.traced_front import TracedGraphQLOverHTTP
from web.wire.client_request import ClientRequest
from web.wire.draining import Drain
from web.wire.limits import WebLimits

KINDS_KEPT_MAX = 1_000
LIMITS = WebLimits(body_bytes_max=16 * 1024 * 1024, document_bytes_max=1024 * 1024)
"""Representations of many entities make large bodies; the gateway bounds their number."""


class SubgraphRunner:
    """Runs operations on one executable schema (`RunsOperations`)."""

    def __init__(self, name: str, transport: LocalTransport, limits: EngineLimits) -> None:
        self._name = name
        self._transport = transport
        self._limits = limits
        self._kind_of = lru_cache(KINDS_KEPT_MAX)(self._find_kind)

    async def operation_kind(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription.

        Raises:
            RequestError: the text is wrong.
        """
        return self._kind_of(request.document, request.operation_name)

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        """Run a query or mutation."""
        return _told(await self._transport.fetch(self._fetch_request(request), context))

    async def subscribe(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """Run a subscription."""
        events = self._transport.subscribe(self._fetch_request(request), context)
        async with aclosing(events):
            async for event in events:
                yield _told(event)

    def _find_kind(self, document: str, operation_name: str | None) -> str:
        parsed = parse_document(document, self._limits)
        return select_operation(parsed, operation_name).operation.value

    def _fetch_request(self, request: GraphQLRequest) -> FetchRequest:
        return FetchRequest(
            subgraph=self._name, document=request.document, variables=request.variables
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldContexts:
    """Opens contexts for the viewer that the gateway tells of."""

    base: UseCaseContext
    base_url: str = ""
    """Goes before signed paths where the gateway tells none."""

    def __call__(self, client: ClientRequest) -> AbstractAsyncContextManager[RequestContext]:
        """Open the context of one call."""
        return self._open(client)

    @asynccontextmanager
    async def _open(self, client: ClientRequest) -> AsyncIterator[RequestContext]:
        text = client.headers.get(VIEWER, "")
        told = read_viewer(text) if text else ToldViewer.nobody()
        ctx = RequestContext(
            databases=self.base.databases,
            ports=self.base.ports,
            limits=self.base.limits,
            clock=self.base.clock,
            attempt=told.attempt,
            viewer=told.viewer,
            request_id=client.request_id,
            base_url=told.base_url or self.base_url,
            country=told.country,
        )
        yield ctx
        if SESSION_COOKIE in ctx.response_cookies:
            token = ctx.response_cookies[SESSION_COOKIE] or ""
            client.answer_headers.append((SESSION_HEADER, token))


def build_subgraph_app(
    definition: SubgraphDefinition,
    contexts: ToldContexts,
    verifier: SignatureVerifier,
    *,
    checks: Mapping[str, Check],
    drain: Drain | None = None,
    tracing: Tracing | None = None,
    is_unsigned_allowed: bool = False,
) -> Starlette:
    """The application: /graphql for signed calls, /health and /ready for everyone.

    Who signs is believed about its traces, as long as everybody has to.
    """
    transport = local_transports([definition], tracing)[definition.name]
    parts = FrontParts(
        engine=SubgraphRunner(definition.name, transport, EngineLimits()),
        make_context=contexts,
        limits=LIMITS,
        drain=drain or Drain(),
    )
    graphql = SignedCalls(
        _graphql(parts, None if is_unsigned_allowed else tracing),
        verifier,
        body_bytes_max=LIMITS.body_bytes_max,
        body_seconds_max=LIMITS.body_seconds_max,
        is_unsigned_allowed=is_unsigned_allowed,
    )
    health = Health(checks, drain=parts.drain)
    return FrontApp(
        graphql, routes=[Route("/health", health.health), Route("/ready", health.ready)]
    )


def _graphql(parts: FrontParts, tracing: Tracing | None) -> GraphQLOverHTTP:
    runner = OperationRunner(parts)
    if tracing is None:
        return GraphQLOverHTTP(runner, parts)
    return TracedGraphQLOverHTTP(runner, parts, RequestTraces(tracing, EVERYBODY))


def _told(result: FetchResult) -> GraphQLResponse:
    is_refused = result.data is None and not any(error.get("path") for error in result.errors)
    return GraphQLResponse(data=result.data, errors=result.errors, has_data=not is_refused)
