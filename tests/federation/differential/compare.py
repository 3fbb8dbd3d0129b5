"""Two answers compared: data byte for byte, errors as a multiset.

Where a null has bubbled up, several errors may have been its cause, and which of them is told is
left open: there each must be one that could have happened, and one must be told.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, Protocol

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
)
from graphql.type import GraphQLInterfaceType

NO_NULL = "Cannot return null for non-nullable field"
Told = tuple[str, tuple[str | int, ...], tuple[tuple[int, int], ...], str, str]


class Program(Protocol):
    """What runs documents."""

    async def run(
        self, document: str, variables: Mapping[str, Any], context: Any
    ) -> ExecutionResult:
        """Run a query or mutation."""
        ...


class Difference(AssertionError):
    """The two do not say the same."""


async def run_alone(
    program: Program, document: str, variables: Mapping[str, Any], context: Any
) -> ExecutionResult:
    """Run, and let what the run left behind come to its end."""
    result = await program.run(document, variables, context)
    for _ in range(50):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if not others:
            break
        await asyncio.wait(others)
    return result


def tell(error: GraphQLError) -> Told:
    """All that is compared of an error."""
    original = error.original_error
    return (
        error.message,
        tuple(error.path or ()),
        tuple((each.line, each.column) for each in error.locations or ()),
        repr(error.extensions),
        type(original).__name__,
    )


def require_equal(
    compiled: ExecutionResult, reference: ExecutionResult, possible: "PossibleErrors"
) -> None:
    """Raise where the compiled answer is not the reference's."""
    if repr(compiled.data) != repr(reference.data):
        raise Difference(f"data\n  compiled  {compiled.data!r}\n  reference {reference.data!r}")
    mine = _by_place(compiled)
    theirs = _by_place(reference)
    if mine.keys() != theirs.keys():
        raise Difference(f"errors\n  compiled  {dict(mine)}\n  reference {dict(theirs)}")
    for place, told in mine.items():
        if told != theirs[place]:
            _require_possible(place, told, theirs[place], possible)


def _by_place(result: ExecutionResult) -> dict[tuple[Any, ...], Counter[Told]]:
    """The errors by the place of the null that each of them caused."""
    found: dict[tuple[Any, ...], Counter[Told]] = {}
    for error in result.errors or ():
        told = tell(error)
        place = _null_at(result.data, told[1])
        found.setdefault(place, Counter())[told] += 1
    return found


def _null_at(data: Any, path: tuple[str | int, ...]) -> tuple[Any, ...]:
    """The beginning of the path that leads to null."""
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path


class PossibleErrors:
    """The errors of a document where no null bubbles; asked for only when it matters."""

    def __init__(self, answer: ExecutionResult) -> None:
        self._answer = answer
        self._errors = {tell(error)[:2] for error in answer.errors or ()}

    def has(self, error: Told) -> bool:
        """Whether this could have been the cause of a null above it."""
        if error[:2] in self._errors:
            return True
        return error[0].startswith(NO_NULL) and self._is_null(error[1])

    def _is_null(self, path: tuple[str | int, ...]) -> bool:
        value = self._answer.data
        for key in path:
            if value is None:
                return False
            value = value[key]
        return value is None


def _require_possible(
    place: tuple[Any, ...], mine: Counter[Told], theirs: Counter[Told], possible: PossibleErrors
) -> None:
    if any(path == place for _, path, *_ in (*mine, *theirs)):
        raise Difference(f"errors at {place}\n  compiled  {mine}\n  reference {theirs}")
    for told in mine:
        if not possible.has(told):
            raise Difference(f"impossible below {place}\n  {told}\n  reference {theirs}")


def let_nothing_bubble(schema: GraphQLSchema) -> GraphQLSchema:
    """Take the non-null promises off all fields."""
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and type_.name[:2] != "__":
            for field in type_.fields.values():
                field.type = _nullable(field.type)
    return schema


def _nullable(type_: Any) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _nullable(type_.of_type)
    if isinstance(type_, GraphQLList):
        return GraphQLList(_nullable(type_.of_type))
    return type_


def require_own_objects(data: Any, expected: Any) -> None:
    """Raise where one object stands at two response paths: whoever merges into it would write two.

    Places of a list are one path. What a resolver gives as a leaf is its own, and nobody merges
    into it: it may stand twice where it does so in what graphql-core answers.
    """
    seen: dict[int, tuple[tuple[str, ...], Any]] = {}

    def visit(value: Any, other: Any, path: tuple[str, ...]) -> None:
        if isinstance(value, list):
            others = other if isinstance(other, list) else ()
            for item, its in zip_longest(value, others[: len(value)]):
                visit(item, its, path)
        elif isinstance(value, dict):
            before, same = seen.setdefault(id(value), (path, other))
            if before != path and (other is None or same is not other):
                raise Difference(f"one object at {path} and at {before}")
            others = other if isinstance(other, dict) else {}
            for key, each in value.items():
                visit(each, others.get(key), (*path, key))

    visit(data, expected, ())


def scribble(data: Any) -> None:
    """Spoil an answer, as its owner may; no later answer may show it."""
    if isinstance(data, list):
        for item in data:
            scribble(item)
        data.append("spoiled")
    elif isinstance(data, dict):
        for each in list(data.values()):
            scribble(each)
        data["spoiled"] = True
