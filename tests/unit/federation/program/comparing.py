"""Runs a document compiled and by graphql-core, and holds the one against the other."""

import json
from collections.abc import Mapping
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLSchema, build_schema

from federation.program.bindings import Bindings
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram

Resolvers = Mapping[str, Any]


def a_schema(sdl: str, resolvers: Resolvers | None = None) -> GraphQLSchema:
    """An executable schema; resolvers by coordinate: `Type.field`."""
    schema = build_schema(sdl)
    for coordinate, resolve in (resolvers or {}).items():
        type_name, field_name = coordinate.split(".")
        schema.type_map[type_name].fields[field_name].resolve = resolve  # type: ignore[attr-defined]
    return schema


def compiled(
    schema: GraphQLSchema, root: Any = None, bindings: Bindings | None = None
) -> CompiledProgram:
    """A program that compiles a document the first time it is run."""
    return CompiledProgram(schema, bindings, root, cold_runs=0)


async def same(
    schema: GraphQLSchema,
    document: str,
    root: Any = None,
    *,
    variables: Mapping[str, Any] | None = None,
    bindings: Bindings | None = None,
    context: Any = None,
) -> ExecutionResult:
    """The compiled answer, which has to be graphql-core's, twice, and not by falling back."""
    expected = await ReferenceProgram(schema, root).run(document, variables or {}, context)
    program = compiled(schema, root, bindings)
    for _ in range(2):
        answer = await program.run(document, variables or {}, context)
        assert _text(answer.data) == _text(expected.data)
        assert told(answer) == told(expected)
    assert not program.fallbacks
    return answer


def told(result: ExecutionResult) -> list[str]:
    """The errors in an order of their own."""
    return sorted(repr(_told(each)) for each in result.errors or ())


def messages(result: ExecutionResult) -> list[str]:
    """What the errors say, in an order of their own."""
    return sorted(each.message for each in result.errors or ())


def _told(error: GraphQLError) -> tuple[Any, ...]:
    cause = error.original_error
    return (error.message, error.path, error.locations, type(cause), error.extensions)


def _text(data: Any) -> str:
    return json.dumps(data, default=repr)
