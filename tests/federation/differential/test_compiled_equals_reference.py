"""Whatever is asked of whatever schema and data: the compiled answer is graphql-core's.

TUTTI_DIFFERENTIAL_CASES=50000 asks for more than a test run does, from seeds of that day.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from federation.program.bindings import Bindings
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram
from tests.federation.differential.cases import (
    ASKED_TIMES,
    Build,
    Case,
    compare_cases,
    world_of,
    write_cases,
)
from tests.federation.differential.compare import Difference
from tests.federation.differential.reduce import reduce_case

# graphql-core drops coroutines that it has not begun when another fails
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
CASES = int(os.environ.get("TUTTI_DIFFERENTIAL_CASES", "2000"))
IS_PROOF = "TUTTI_DIFFERENTIAL_CASES" in os.environ
DOCUMENTS_PER_SCHEMA = 4
CASES_PER_SCHEMA = DOCUMENTS_PER_SCHEMA * ASKED_TIMES
FALLBACKS_MAX = 0.05
"""Share of the cases that graphql-core may answer for the compiled program."""


def build_reference(schema: GraphQLSchema, root: Any, _bindings: Bindings) -> ReferenceProgram:
    return ReferenceProgram(schema, root)


def build_compiled(schema: GraphQLSchema, root: Any, bindings: Bindings) -> CompiledProgram:
    return CompiledProgram(schema, bindings, root, cold_runs=0)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_the_reference_equals_itself(seed: int) -> None:
    _compare(seed, build_reference)


@pytest.mark.slow
@pytest.mark.timeout(4 * 3600 if IS_PROOF else 400)
def test_the_compiled_answer_is_the_references(
    record_property: Callable[[str, object], None],
) -> None:
    fallbacks: Counter[str] = Counter()
    asked = 0

    @settings(
        max_examples=-(-CASES // CASES_PER_SCHEMA),
        deadline=None,
        derandomize=not IS_PROOF,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(seed=st.integers(0, 2**32))
    def compare(seed: int) -> None:
        nonlocal asked
        fallbacks.update(_compare(seed, build_compiled))
        asked += CASES_PER_SCHEMA

    compare()

    record_property("measured", f"{asked} cases equal, {fallbacks.total()} by falling back")
    assert asked >= CASES
    assert fallbacks.total() <= FALLBACKS_MAX * asked, fallbacks


def _compare(seed: int, build: Build) -> Counter[str]:
    """Ask a world some documents; a difference is told of the smallest document that shows it."""
    world, _, _ = world_of(seed)
    random = Random(seed)
    fallbacks: Counter[str] = Counter()
    for _ in range(DOCUMENTS_PER_SCHEMA):
        cases = write_cases(seed, random.randrange(2**32), world)
        try:
            fallbacks += asyncio.run(compare_cases(cases, build))
        except Difference as difference:
            raise _smallest(cases, world.schema) or difference from None
    return fallbacks


def _smallest(cases: list[Case], schema: GraphQLSchema) -> Difference | None:
    for case in cases:
        if _difference(case) is not None:
            return _difference(reduce_case(case, schema, lambda each: bool(_difference(each))))
    return None


def _difference(case: Case) -> Difference | None:
    try:
        asyncio.run(compare_cases([case], build_compiled))
    except Difference as difference:
        return difference
    return None
