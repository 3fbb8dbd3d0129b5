"""An engine over one small schema, for tests of the front; graphql-core does the work."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from graphql import (
    GraphQLError,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    subscribe,
    validate,
)

from errors import Forbidden, StorageUnavailable
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.errors import RequestError
from web.wire.error_response import graphql_error_as_dict

SDL = """
type Query {
  hello: String
  echo(text: String!): String
  viewer: String
  slow: String
  broken: String
  forbidden: String
}
type Mutation { add(amount: Int!): Int  fail: Int  slowAdd: Int }
type Subscription { ticks(count: Int!): Int  forever: Int  failing: Int }
"""


class FakeEngine:
    """Runs documents over SDL and remembers what it was asked."""

    def __init__(self) -> None:
        self.schema = build_schema(SDL)
        self.total = 0
        self.requests: list[GraphQLRequest] = []
        self.stopped: list[str] = []
        self.storage_fails = False
        self.started = asyncio.Event()
        self.gate = asyncio.Event()

    async def operation_kind(self, request: GraphQLRequest) -> str:
        try:
            document = parse(request.document)
        except GraphQLError as error:
            raise RequestError(error.message) from error
        operation = get_operation_ast(document, request.operation_name)
        if operation is None:
            raise RequestError("Unknown operation.")
        return operation.operation.value

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        self.requests.append(request)
        refused = self._refuse(request)
        if refused is not None:
            return refused
        result = execute(
            self.schema,
            parse(request.document),
            root_value=_Root(self, context),
            variable_values=dict(request.variables),
            operation_name=request.operation_name,
        )
        if asyncio.iscoroutine(result):
            result = await result
        response = _response(result)
        if request.explain:
            response.extensions["explain"] = {"fetches": []}
        return response

    async def subscribe(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncIterator[GraphQLResponse]:
        self.requests.append(request)
        refused = self._refuse(request)
        if refused is not None:
            yield refused
            return
        events = subscribe(
            self.schema,
            parse(request.document),
            root_value=_Root(self, context),
            variable_values=dict(request.variables),
        )
        if asyncio.iscoroutine(events):
            events = await events
        try:
            async for result in events:
                yield _response(result)
        finally:
            await events.aclose()

    def _refuse(self, request: GraphQLRequest) -> GraphQLResponse | None:
        try:
            document = parse(request.document)
        except GraphQLError as error:
            return _request_error([error], "GRAPHQL_PARSE_FAILED")
        errors = validate(self.schema, document)
        if errors:
            return _request_error(errors, "GRAPHQL_VALIDATION_FAILED")
        return None


class _Root:
    """The root value; fields are its methods."""

    def __init__(self, engine: FakeEngine, context: Any) -> None:
        self.engine = engine
        self.context = context

    def hello(self, _info: Any) -> str:
        return "world"

    def echo(self, _info: Any, text: str) -> str:
        return text

    def viewer(self, _info: Any) -> str:
        return self.context

    async def slow(self, _info: Any) -> str:
        self.engine.started.set()
        try:
            await self.engine.gate.wait()
        finally:
            if not self.engine.gate.is_set():
                self.engine.stopped.append("slow")
        return "done"

    def broken(self, _info: Any) -> str:
        raise ZeroDivisionError("secret of the house")

    def forbidden(self, _info: Any) -> str:
        raise Forbidden("Only creators may do this.", role="creator")

    def add(self, _info: Any, amount: int) -> int:
        if self.engine.storage_fails:
            raise StorageUnavailable("The store does not answer.")
        self.engine.total += amount
        return self.engine.total

    async def slowAdd(self, _info: Any) -> int:  # noqa: N802 -- a field's name
        self.engine.started.set()
        await self.engine.gate.wait()
        self.engine.total += 1
        return self.engine.total

    def fail(self, _info: Any) -> int:
        raise Forbidden("No.")

    async def ticks(self, _info: Any, count: int) -> AsyncIterator[dict[str, int]]:
        for tick in range(count):
            yield {"ticks": tick}

    async def forever(self, _info: Any) -> AsyncIterator[dict[str, int]]:
        self.engine.started.set()
        try:
            yield {"forever": 0}
            await self.engine.gate.wait()
            yield {"forever": 1}
        finally:
            self.engine.stopped.append("forever")

    async def failing(self, _info: Any) -> AsyncIterator[dict[str, int]]:
        yield {"failing": 0}
        raise ZeroDivisionError("secret of the house")


def _response(result: Any) -> GraphQLResponse:
    errors = [graphql_error_as_dict(error) for error in result.errors or ()]
    return GraphQLResponse(data=result.data, errors=errors)


def _request_error(errors: list[GraphQLError], code: str) -> GraphQLResponse:
    described = [{"message": error.message, "extensions": {"code": code}} for error in errors]
    return GraphQLResponse(errors=described, has_data=False)
