"""Every federation case: the plan as text, the answer, and the same answer from a monolith.

TUTTI_REWRITE=1 rewrites plan.txt and expected.json; the difference is reviewed like code.
"""

import json
import os
from pathlib import Path

import pytest
from graphql import graphql

from federation.engine import GraphQLRequest
from tests.federation.federated import CASES, build_engine, monolith_of, read_case

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


def check_snapshot(path: Path, text: str) -> None:
    if os.environ.get("TUTTI_REWRITE"):
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("name", NAMES)
async def test_a_case_is_planned_and_answered(name: str) -> None:
    sources, tables, operation = read_case(name)
    engine = build_engine(sources, tables)

    plan = engine.explain(operation)
    response = await engine.execute(GraphQLRequest(document=operation), None)

    check_snapshot(CASES / name / "plan.txt", f"{plan}\n")
    answer = {"data": response.data, **({"errors": response.errors} if response.errors else {})}
    check_snapshot(CASES / name / "expected.json", f"{json.dumps(answer, indent=2)}\n")


@pytest.mark.parametrize("name", NAMES)
async def test_a_case_is_answered_as_by_a_monolith(name: str) -> None:
    sources, tables, operation = read_case(name)
    engine = build_engine(sources, tables)
    monolith = monolith_of(sources, tables)

    federated = await engine.execute(GraphQLRequest(document=operation), None)
    whole = await graphql(monolith, operation)

    assert json.dumps(federated.data) == json.dumps(whole.data)
    paths = sorted(str(error["path"]) for error in federated.errors)
    assert paths == sorted(str(error.path) for error in whole.errors or ())
