"""Repetition: counted for each place, fragments opened, whatever the fragments do."""

import pytest
from graphql import parse

from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.repetition import check_repetition

LIMITS = EngineLimits(comparisons_max=99, operation_fields_max=1_000)


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("ten times one field", "{ " + "a " * 10 + "}"),
        ("under aliases", "{ " + "x: a " * 10 + "}"),
        ("in inline fragments", "{ " + "... on T { a } " * 10 + "}"),
        ("below a repeated field", "{ " + "a { b } " * 8 + "}"),
        ("in fragments", "{ ...F " + "a " * 5 + "} fragment F on T { a a a a a }"),
    ],
)
def test_too_many_pairs_are_refused(_case: str, text: str) -> None:
    with pytest.raises(RequestError) as refusal:
        check_repetition(parse(text), LIMITS)

    assert refusal.value.code == "OPERATION_TOO_COMPLEX"


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("nine times one field", "{ " + "a " * 9 + "}"),
        ("many different fields", "{ " + " ".join(f"a{i}" for i in range(200)) + " }"),
        ("one field in many places", "{ " + " ".join(f"a{i} {{ b }}" for i in range(200)) + " }"),
        ("a fragment spread again and again", "{ " + "...F " * 50 + "} fragment F on T { a }"),
        ("a circle", "{ ...A } fragment A on T { a { ...A } }"),
        ("a fragment that is not there", "{ ...A }"),
    ],
)
def test_anything_else_is_left_to_validation(_case: str, text: str) -> None:
    check_repetition(parse(text), LIMITS)
