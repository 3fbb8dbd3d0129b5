"""Conditions: what @skip and @include say, joined and printed."""

import pytest
from graphql import parse

from federation.operation.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    both,
    either,
    holds,
    print_condition,
    read_condition,
)


def a_condition(directives: str) -> Condition:
    document = parse(f"query($a: Boolean!, $b: Boolean!) {{ f {directives} }}")
    return read_condition(document.definitions[0].selection_set.selections[0].directives)


A = a_condition("@include(if: $a)")
B = a_condition("@include(if: $b)")
NOT_A = a_condition("@skip(if: $a)")


@pytest.mark.parametrize(
    ("directives", "expected"),
    [
        ("", ALWAYS),
        ("@include(if: true)", ALWAYS),
        ("@skip(if: false)", ALWAYS),
        ("@include(if: false)", NEVER),
        ("@skip(if: true) @include(if: $a)", NEVER),
        ("@skip(if: $a) @include(if: $a)", NEVER),
        ("@other(if: $a)", ALWAYS),
    ],
)
def test_literal_values_are_folded(directives: str, expected: Condition) -> None:
    assert a_condition(directives) == expected


def test_a_variable_stays_a_condition() -> None:
    condition = a_condition("@skip(if: $a) @include(if: $b)")

    assert print_condition(condition) == "not $a and $b"
    assert holds(condition, {"a": False, "b": True})
    assert not holds(condition, {"a": True, "b": True})


def test_what_one_alternative_covers_is_dropped() -> None:
    assert either(A, both(A, B)) == A
    assert either(A, ALWAYS) == ALWAYS
    assert either(NEVER, A) == A


def test_what_cannot_hold_together_never_holds() -> None:
    assert both(A, NOT_A) == NEVER
    assert both(A, NEVER) == NEVER
    assert both(ALWAYS, A) == A


def test_alternatives_are_joined_one_by_one() -> None:
    condition = both(either(A, B), either(NOT_A, B))

    assert print_condition(condition) == "$b"


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
def test_joined_conditions_hold_as_their_parts_do(a: bool, b: bool) -> None:
    variables = {"a": a, "b": b}

    assert holds(either(A, B), variables) is (a or b)
    assert holds(both(NOT_A, B), variables) is (not a and b)
