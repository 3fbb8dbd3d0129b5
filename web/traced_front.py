"""Traces requests that are sampled, and what the engine does for them.

request ─▶ graphql.parse · graphql.plan · operation ─▶ fetch ─▶ resolver ─▶ statement
"""

from collections.abc import AsyncIterator
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from adapters.telemetry.tracing import Tracing, is_recording, tell_failure
from domain.users.manifests import hash_of
from federation.engine import GraphQLRequest, GraphQLResponse
from web.endpoint.graphql_http import Answer, GraphQLOverHTTP, RequestHead
from web.observing.request_traces import RequestTraces
from web.operations.front_parts import FrontParts, RunsOperations
from web.operations.json_answers import JsonAnswer
from web.operations.operation_runner import OperationRunner


class TracedGraphQLOverHTTP(GraphQLOverHTTP):
    """The same application, with a span around each request that is sampled."""

    def __init__(
        self, runner: OperationRunner, parts: FrontParts, traces: RequestTraces, **more: Any
    ) -> None:
        """Take what the plain one takes; `Any` because only that knows what it is."""
        super().__init__(runner, parts, **more)
        self._traces = traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it is."""
        caller = self._traces.decide(scope)
        if caller is None:
            await super().__call__(scope, receive, send)
            return
        name = f"{scope['method']} /graphql"
        with self._traces.request(name, scope["path"], caller) as span:
            if span is None:
                await super().__call__(scope, receive, send)
                return

            async def tell_status(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await super().__call__(scope, receive, tell_status)

    async def answer_known(self, head: RequestHead, body: bytes, receive: Receive) -> Answer:
        """Answer a request whose head is known and whose body is all there."""
        caller = self._traces.decide(head.scope)
        if caller is None:
            return await super().answer_known(head, body, receive)
        with self._traces.request("POST /graphql", head.scope["path"], caller) as span:
            answer = await super().answer_known(head, body, receive)
            if span is not None and isinstance(answer, JsonAnswer):
                span.set_attribute("http.response.status_code", answer.status)
            return answer


class TracedEngine:
    """An engine (`RunsOperations`) with a span for each operation of a sampled request."""

    def __init__(self, engine: RunsOperations, tracing: Tracing) -> None:
        self._engine = engine
        self._tracing = tracing

    async def operation_kind(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription; raises FederationError."""
        if not is_recording():
            return await self._engine.operation_kind(request)
        with self._tracing.span("graphql.parse", {}):
            return await self._engine.operation_kind(request)

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        """Run a query or mutation; `Any` as for any context."""
        if not is_recording():
            return await self._engine.execute(request, context)
        attributes = {  # never the text: it may hold what should have been a variable
            "graphql.operation.name": request.operation_name or "",
            "graphql.document.hash": hash_of(request.document),
        }
        with self._tracing.span("graphql.operation", attributes) as span:
            response = await self._engine.execute(request, context)
            if response.errors:
                extensions = response.errors[0].get("extensions") or {}
                tell_failure(span, str(extensions.get("code", "")))
            return response

    def subscribe(self, request: GraphQLRequest, context: Any) -> AsyncIterator[GraphQLResponse]:
        """Run a subscription, which is not traced: it has no end; `Any` as for any context."""
        return self._engine.subscribe(request, context)
