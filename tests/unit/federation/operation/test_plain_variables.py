"""Plain variables: those that need no coercion are known as such, and only those."""

from typing import Any

import pytest
from graphql import build_schema, parse
from hypothesis import given
from hypothesis import strategies as st

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.document import select_operation
from federation.operation.plain_variables import PlainVariables
from federation.operation.variables import coerce_variables

SCHEMA = build_schema(
    """
    type Query { f: Int id: ID }
    input Input { x: Int! y: String = "why" z: Float! = 1 k: Kind more: [Input!] }
    input One @oneOf { a: Int b: String }
    enum Kind { ONE TWO }
    scalar Any
    """
)
TYPES = (
    "Int",
    "Float",
    "String",
    "ID",
    "Boolean",
    "Kind",
    "Any",
    "Input",
    "One",
    "[Int!]",
    "[[ID]]",
)
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**33), 2**33),
    st.sampled_from([2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**53, 2**70]),
    st.floats(),
    st.sampled_from(["ONE", "TWO", "three", "", "\ud800"]),
)
NAMES = st.sampled_from(["x", "y", "z", "k", "more", "a", "b", "what"])
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)


def read(declared: str, given_values: dict[str, Any]) -> tuple[Any, Any]:
    """What is read of plain variables, and what the standard says; None for a refusal."""
    node = select_operation(parse(f"query({declared}) {{ f }}"), None)
    try:
        coerced = coerce_variables(SCHEMA, node, given_values, EngineLimits())
    except RequestError:
        coerced = None
    return PlainVariables(SCHEMA, node).read(given_values), coerced


@given(
    type_name=st.sampled_from(TYPES),
    mark=st.sampled_from(["", "!"]),
    default=st.sampled_from(["", " = null"]),
    values=st.dictionaries(st.sampled_from(["v", "w"]), VALUES, max_size=2),
)
def test_what_is_accepted_is_what_the_standard_accepts(
    type_name: str, mark: str, default: str, values: dict[str, Any]
) -> None:
    plain, coerced = read(f"$v: {type_name}{mark}{'' if mark else default}", values)

    if plain is not None:
        assert repr(plain) == repr(coerced)


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("$v: Int", {}),
        ("$v: Int", {"v": None}),
        ("$v: Int! = 5", {}),
        ("$v: Int!", {"v": -(2**31)}),
        ("$v: Float", {"v": 0.5}),
        ("$v: Float", {"v": 3}),
        ("$v: Kind", {"v": "ONE"}),
        ("$v: Boolean!", {"v": False}),
        ("$v: Any!", {"v": {"k": [1]}}),
        ("$v: [Int!]!", {"v": [1, 2]}),
        ("$v: Input", {"v": {"x": 1}}),
        ("$v: Input", {"v": {"x": 1, "y": None, "more": [{"x": 2, "k": "TWO"}]}}),
    ],
)
def test_what_fits_needs_no_coercion(declared: str, values: dict[str, Any]) -> None:
    plain, coerced = read(declared, values)

    assert plain is not None
    assert plain == coerced


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("$v: Int!", None),
        ("$v: Int", True),
        ("$v: Int", 2**31),
        ("$v: Float", float("nan")),
        ("$v: ID", 7),
        ("$v: [Int!]", 1),
        ("$v: [Int!]", [None]),
        ("$v: Kind", "three"),
        ("$v: Any!", None),
        ("$v: Input", {}),
        ("$v: Input", {"x": 1, "what": 1}),
        ("$v: Input", {"x": 1, "z": None}),
        ("$v: One", {"a": 1}),
    ],
)
def test_the_rest_is_left_to_the_standard(declared: str, value: Any) -> None:
    plain, _ = read(declared, {"v": value})

    assert plain is None
