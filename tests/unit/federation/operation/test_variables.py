"""Variables: checked by the standard, passed on as they came."""

import json
from typing import Any

import pytest
from graphql import build_schema, parse

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.document import select_operation
from federation.operation.variables import coerce_variables, count_values

SCHEMA = build_schema(
    """
    type Query { f(a: Int, b: [String!], c: Input, d: Kind): Int }
    input Input { x: Int! y: String = "why" }
    enum Kind { ONE TWO }
    """
)


def coerced(declared: str, given: dict[str, Any]) -> dict[str, Any]:
    node = select_operation(parse(f"query({declared}) {{ f }}"), None)
    return coerce_variables(SCHEMA, node, given, EngineLimits())


@pytest.mark.parametrize(
    ("_case", "declared", "given", "expected"),
    [
        ("a value passes as it came", "$a: Int", {"a": 1}, {"a": 1}),
        ("one of a list stays one", "$b: [String!]", {"b": "x"}, {"b": "x"}),
        ("null is not absent", "$a: Int = 3", {"a": None}, {"a": None}),
        ("a default fills in", "$a: Int = 3, $d: Kind = TWO", {}, {"a": 3, "d": "TWO"}),
        ("absent stays absent", "$a: Int", {}, {}),
        ("what is not declared is left out", "$a: Int", {"a": 1, "z": 2}, {"a": 1}),
        ("inner defaults are the subgraph's", "$c: Input", {"c": {"x": 1}}, {"c": {"x": 1}}),
    ],
)
def test_values(_case: str, declared: str, given: dict[str, Any], expected: Any) -> None:
    assert coerced(declared, given) == expected


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ("$a: Int", {"a": "1"}),
        ("$a: Int!", {}),
        ("$c: Input", {"c": {}}),
        ("$c: Input", {"c": {"x": 1, "z": 1}}),
        ("$d: Kind", {"d": "THREE"}),
    ],
)
def test_a_value_that_does_not_fit_is_refused(declared: str, given: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as refusal:
        coerced(declared, given)

    assert refusal.value.code == "BAD_USER_INPUT"


def test_values_are_counted_wherever_they_are() -> None:
    given = {"a": 1, "b": [1, [2, 3], {"c": None}], "d": {}}

    assert count_values(given, EngineLimits()) == 3 + 3 + 2 + 1


@pytest.mark.parametrize(
    ("_case", "given"),
    [
        ("too many", {"a": [0] * 10_000}),
        ("too many in all", {"a": [[0] * 1_000] * 10}),
        ("too deep", {"a": json.loads("[" * 51 + "]" * 51)}),
    ],
)
def test_variables_that_are_too_large_are_refused(_case: str, given: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as refusal:
        count_values(given, EngineLimits())

    assert refusal.value.code == "VARIABLES_TOO_LARGE"
