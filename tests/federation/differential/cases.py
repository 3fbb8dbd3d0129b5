"""One case: a schema with its world, a document, and what it is asked with."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, parse, validate

from federation.program.bindings import Bindings
from federation.program.reference import ReferenceProgram
from tests.federation.differential.compare import (
    Difference,
    PossibleErrors,
    Program,
    let_nothing_bubble,
    require_equal,
    require_own_objects,
    run_alone,
    scribble,
)
from tests.federation.differential.random_documents import (
    write_document,
    write_variables,
)
from tests.federation.differential.random_schemas import write_schema
from tests.federation.differential.worlds import Node, World, build_world

ASKED_TIMES = 4
"""How often a document is asked: cold, warm, with other variables, by another viewer."""
Build = Callable[[GraphQLSchema, Any, Bindings], Program]


@dataclass(frozen=True)
class Case:
    """All that one comparison needs; the seeds give everything else."""

    schema_seed: int
    document: str
    variables: Mapping[str, Any]
    viewer: str = "anna"

    def __str__(self) -> str:
        return (
            f"schema_seed={self.schema_seed}, viewer={self.viewer!r},"
            f" variables={dict(self.variables)!r}\n{self.document}"
        )


def world_of(schema_seed: int) -> tuple[World, Bindings, Node]:
    """The world of a seed, with its root value."""
    random = Random(schema_seed)
    world, bindings = build_world(write_schema(random), random)
    return world, bindings, Node(world, "Query", 0, "nobody")


def write_cases(schema_seed: int, document_seed: int, world: World) -> list[Case]:
    """A document of a world, as it is asked one time after the other."""
    random = Random(document_seed)
    document = write_document(world.schema, random)
    asked = [write_variables(document, random) for _ in range(ASKED_TIMES - 1)]
    cases = [Case(schema_seed, document.text, each) for each in (asked[0], *asked)]
    return [*cases[:-1], replace(cases[-1], viewer="ben")]


async def compare_cases(cases: list[Case], build: Build) -> Counter[str]:
    """Ask both programs all of it, one case after the other on one program of each kind.

    Raises:
        Difference: they do not say the same.
    """
    world, bindings, root = world_of(cases[0].schema_seed)
    compiled = build(world.schema, root, bindings)
    reference = ReferenceProgram(world.schema, root)
    for case in cases:
        try:
            await _compare(case, world, compiled, reference)
        except Difference as difference:
            raise Difference(f"{difference}\n{case}\nchaos={world.chaos} {world.typing}") from None
    return Counter(getattr(compiled, "fallbacks", {}))


async def _compare(case: Case, world: World, compiled: Program, reference: Program) -> None:
    asked = case.document, case.variables, case.viewer
    expected = await run_alone(reference, *asked)
    calls_expected = world.calls.copy()
    world.calls.clear()
    world.take_back()
    result = await _run_closely(compiled, asked)
    calls = world.calls.copy()
    world.calls.clear()
    world.take_back()
    possible = await _PossibleLater(case).answer() if _has_errors(result, expected) else _NONE
    require_equal(result, expected, possible)
    require_own_objects(result.data, expected.data)
    _require_calls(calls, calls_expected, has_errors=_has_errors(result, expected))
    if case.document.startswith("mutation"):
        _require_calls(_of_root(calls), _of_root(calls_expected), has_errors=False)
    scribble(result.data)


async def _run_closely(program: Program, asked: tuple[str, Mapping[str, Any], str]) -> Any:
    """Run the compiled program; only graphql-core, where it stands in, may leave tasks behind."""
    before = asyncio.all_tasks()
    fallbacks = _fallbacks(program)
    try:
        result = await program.run(*asked)
    except Exception as fault:
        raise Difference(f"raised {fault!r}") from fault
    left = asyncio.all_tasks() - before
    if left and fallbacks is not None and fallbacks == _fallbacks(program):
        raise Difference(f"left tasks behind: {left}")
    return result


def _fallbacks(program: Program) -> int | None:
    counted = getattr(program, "fallbacks", None)
    return None if counted is None else sum(counted.values())


def _has_errors(*results: ExecutionResult) -> bool:
    return any(result.errors for result in results)


def _require_calls(mine: Counter[str], theirs: Counter[str], *, has_errors: bool) -> None:
    twice = {path: count for path, count in mine.items() if count > 1}
    if twice:
        raise Difference(f"asked more than once: {twice}")
    if not has_errors and mine != theirs:
        raise Difference(f"calls\n  compiled  {mine - theirs}\n  reference {theirs - mine}")


def _of_root(calls: Counter[str]) -> Counter[str]:
    """Calls for the fields of the root; a mutation that has failed is followed by no other."""
    return Counter({path: count for path, count in calls.items() if "/" not in path})


_NONE = PossibleErrors(ExecutionResult(data=None, errors=None))


@dataclass(frozen=True)
class _PossibleLater:
    """The same case in a world that promises nothing."""

    case: Case

    async def answer(self) -> PossibleErrors:
        world, _, root = world_of(self.case.schema_seed)
        schema = let_nothing_bubble(world.schema)
        program = ReferenceProgram(schema, root)
        case = self.case
        return PossibleErrors(await run_alone(program, case.document, case.variables, case.viewer))


def is_valid(case: Case) -> bool:
    """Whether the document is one that graphql-core would run."""
    world, _, _ = world_of(case.schema_seed)
    try:
        return not validate(world.schema, parse(case.document))
    except Exception:
        return False
