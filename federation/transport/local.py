"""Reaches a subgraph that lives in this process, through its executable schema."""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema

from federation.fetch.fetch import FetchRequest, FetchResult
from federation.program.bindings import Bindings
from federation.program.compile import Displayed
from federation.program.levels import NotCompiled
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram

OnError = Callable[[GraphQLError], dict[str, Any]]


def tell_plainly(error: GraphQLError) -> dict[str, Any]:
    """An error as graphql-core words it."""
    told: dict[str, Any] = {"message": error.message}
    if error.path is not None:
        told["path"] = list(error.path)
    if error.extensions:
        told["extensions"] = dict(error.extensions)
    return told


class LocalTransport:
    """Runs fetches on a schema in this process.

    `on_error` turns a GraphQL error into what the client is told; its `original_error` is still
    there, so the web layer can map or mask it. The path is kept whatever `on_error` says.
    `bindings` say how fields are answered without graphql-core; with `is_compiled` off, it
    answers them all.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        root_value: Any = None,
        *,
        bindings: Bindings | None = None,
        on_error: OnError = tell_plainly,
        is_compiled: bool = True,
    ) -> None:
        self.program: CompiledProgram | ReferenceProgram = (
            CompiledProgram(schema, bindings, root_value)
            if is_compiled
            else ReferenceProgram(schema, root_value)
        )
        self.displays = is_compiled
        """It can build answers as the client will see them."""
        self._on_error = on_error

    async def warm(self, request: FetchRequest) -> None:
        """Compile the document."""
        if isinstance(self.program, CompiledProgram):
            await self.program.warm(request.document, request.variables, request.display)

    async def source(self, document: str) -> str:
        """The source of a document's program.

        Raises:
            NotCompiled: it has none.
        """
        if isinstance(self.program, CompiledProgram):
            return await self.program.source(document)
        raise NotCompiled("switched off")

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Run a query or mutation."""
        begun = self.begin(request, context)
        return begun if isinstance(begun, FetchResult) else await begun

    def begin(
        self, request: FetchRequest, context: Any
    ) -> FetchResult | Coroutine[Any, Any, FetchResult]:
        """Run a query or mutation: its answer, or what waits for it."""
        asked = request.document, request.variables, context
        if not isinstance(self.program, CompiledProgram):
            return self._wait(self.program.run(*asked))
        begun = self.program.begin(*asked, request.display)
        return self._told(begun) if isinstance(begun, ExecutionResult) else self._wait(begun)

    async def _wait(self, running: Coroutine[Any, Any, ExecutionResult]) -> FetchResult:
        return self._told(await running)

    async def subscribe(
        self, request: FetchRequest, context: Any
    ) -> AsyncGenerator[FetchResult, None]:
        """Open a subscription; one result for each event.

        What its source raises is the last of them, told as `on_error` tells a resolver's.
        """
        events = self.program.follow(request.document, request.variables, context)
        try:
            async for event in events:
                yield self._told(event)
        except Exception as fault:  # noqa: BLE001 - graphql-core lets a source's errors through
            error = GraphQLError(str(fault), original_error=fault)
            yield self._told(ExecutionResult(data=None, errors=[error]))
        finally:
            await events.aclose()

    def _told(self, result: ExecutionResult) -> FetchResult:
        if not result.errors:
            if isinstance(result, Displayed):
                return FetchResult(data=result.data, is_displayed=True, built=result.built)
            return FetchResult(data=result.data)
        errors: list[dict[str, Any]] = []
        for error in result.errors:
            told = self._on_error(error)
            if error.path is not None:
                told["path"] = list(error.path)
            errors.append(told)
        return FetchResult(data=result.data, errors=errors)
