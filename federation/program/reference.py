"""The reference program: a fetch document run by graphql-core, field by field."""

import asyncio
import inspect
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    execute,
    parse,
    subscribe,
    validate,
)

_DOCUMENTS_MAX = 1_000
_INLINE_CHARACTERS_MAX = 1_000
"""Documents up to this length are read where they arrive; longer ones would hold the loop."""
_Prepared = DocumentNode | list[GraphQLError]


class ReferenceProgram:
    """Runs documents on one schema; each is parsed and validated once while it is remembered."""

    def __init__(self, schema: GraphQLSchema, root_value: Any = None) -> None:
        self._schema = schema
        self._root_value = root_value
        self._documents: OrderedDict[str, _Prepared] = OrderedDict()

    async def run(
        self, document: str, variables: Mapping[str, Any], context: Any
    ) -> ExecutionResult:
        """Run a query or mutation."""
        prepared = await self.prepare(document)
        if isinstance(prepared, list):
            return ExecutionResult(data=None, errors=prepared)
        result = execute(
            self._schema,
            prepared,
            root_value=self._root_value,
            context_value=context,
            variable_values=dict(variables),
        )
        return await result if inspect.isawaitable(result) else result

    async def follow(
        self, document: str, variables: Mapping[str, Any], context: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Run a subscription; the source is closed when the reader leaves."""
        prepared = await self.prepare(document)
        if isinstance(prepared, list):
            yield ExecutionResult(data=None, errors=prepared)
            return
        opened = subscribe(
            self._schema,
            prepared,
            root_value=self._root_value,
            context_value=context,
            variable_values=dict(variables),
        )
        events = await opened if inspect.isawaitable(opened) else opened
        if isinstance(events, ExecutionResult):
            yield events
            return
        try:
            async for event in events:
                yield event
        finally:
            close = getattr(events, "aclose", None)
            if close is not None:
                await close()

    async def prepare(self, text: str) -> DocumentNode | list[GraphQLError]:
        """A document that is ready to run, or what is wrong with it."""
        prepared = self._documents.get(text)
        if prepared is not None:
            self._documents.move_to_end(text)
            return prepared
        if len(text) <= _INLINE_CHARACTERS_MAX:
            prepared = _parse_and_validate(self._schema, text)
        else:
            prepared = await asyncio.to_thread(_parse_and_validate, self._schema, text)
        self._documents[text] = prepared
        if len(self._documents) > _DOCUMENTS_MAX:
            self._documents.popitem(last=False)
        return prepared


def _parse_and_validate(schema: GraphQLSchema, text: str) -> _Prepared:
    try:
        document = parse(text)
    except GraphQLError as fault:
        return [fault]
    return validate(schema, document) or document
