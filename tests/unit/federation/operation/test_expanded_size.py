"""What an operation asks for is counted through its fragments, each of them once."""

from dataclasses import replace

import pytest
from graphql import parse

from federation.errors import COUNT_TOLD_MAX, LimitExceeded
from federation.limits import EngineLimits
from federation.operation.document import select_operation
from federation.operation.expanded_size import check_expanded_size

LIMITS = EngineLimits(
    operation_fields_max=10,
    operation_depth_max=4,
    operation_root_fields_max=3,
    operation_aliases_max=2,
    operation_directives_max=5,
    directives_per_place_max=2,
)


def check(text: str, limits: EngineLimits = LIMITS, operation_name: str | None = None) -> None:
    document = parse(text)
    check_expanded_size(document, select_operation(document, operation_name), limits)


def refusal_of(text: str, limits: EngineLimits = LIMITS) -> LimitExceeded:
    with pytest.raises(LimitExceeded) as refusal:
        check(text, limits)
    return refusal.value


@pytest.mark.parametrize(
    ("_case", "text", "code", "limit", "count"),
    [
        ("root fields", "{ a b c d }", "TOO_MANY_ROOT_FIELDS", 3, 4),
        (
            "root fields in fragments",
            "{ a ...F ... { d } } fragment F on Query { b c }",
            "TOO_MANY_ROOT_FIELDS",
            3,
            4,
        ),
        ("aliases", "{ x: a { y: b z: c } }", "TOO_MANY_ALIASES", 2, 3),
        (
            "aliases in a fragment count wherever it is spread",
            "{ a { ...F } b { ...F } } fragment F on T { x: c y: d }",
            "TOO_MANY_ALIASES",
            2,
            4,
        ),
        ("directives at one place", "{ a @x @x @x }", "TOO_MANY_DIRECTIVES", 2, 3),
        ("directives on an operation", "query @x @x @x { a }", "TOO_MANY_DIRECTIVES", 2, 3),
        (
            "directives on a variable",
            "query ($v: Int @x @x @x) { a }",
            "TOO_MANY_DIRECTIVES",
            2,
            3,
        ),
        (
            "directives on a fragment",
            "{ ...F } fragment F on Query @x @x @x { a }",
            "TOO_MANY_DIRECTIVES",
            2,
            3,
        ),
        (
            "directives in all",
            "{ a { ...F @x } b { ...F @x } } fragment F on T { c @x @x }",
            "TOO_MANY_DIRECTIVES",
            5,
            6,
        ),
        (
            "levels through fragments",
            "{ a { ...F } } fragment F on T { b { c { d { e } } } }",
            "OPERATION_TOO_DEEP",
            4,
            5,
        ),
        ("fields", "{ a { b c d e f g h i j k } }", "OPERATION_TOO_COMPLEX", 10, 11),
    ],
)
def test_too_much_is_refused_with_its_code_its_limit_and_its_count(
    _case: str, text: str, code: str, limit: int, count: int
) -> None:
    refusal = refusal_of(text)

    extensions = refusal.errors[0]["extensions"]
    assert extensions == {"code": code, "details": {"limit": limit, "count": count}}
    assert f": {count}, where {limit} is the limit. " in refusal.message


def test_what_is_just_within_every_limit_passes() -> None:
    check("query @x @x { x: a { ...F } b @x { ...F } } fragment F on T { c { d @x @x } e }")


def test_only_the_operation_that_runs_is_counted() -> None:
    check("query Small { a } query Large { a b c d e f }", operation_name="Small")


def test_a_circle_of_fragments_is_left_to_validation() -> None:
    check("{ a { ...F } } fragment F on T { b { ...G } } fragment G on T { ...F ...Unknown }")


def test_thousands_of_fragments_in_a_chain_need_no_deep_calls() -> None:
    chain = "".join(f"fragment F{n} on T {{ ...F{n + 1} }} " for n in range(3_000))
    text = f"{{ a {{ ...F0 }} }} {chain} fragment F3000 on T {{ x: b y: b z: b }}"

    assert refusal_of(text).code == "TOO_MANY_ALIASES"


def test_a_count_that_doubles_a_thousand_times_is_told_up_to_a_bound() -> None:
    doubling = "".join(f"fragment F{n} on T {{ ...F{n + 1} ...F{n + 1} }} " for n in range(1_000))
    text = f"{{ a {{ ...F0 }} }} {doubling} fragment F1000 on T {{ b }}"

    refusal = refusal_of(text, replace(LIMITS, operation_depth_max=2_000))

    assert refusal.code == "OPERATION_TOO_COMPLEX"
    assert refusal.errors[0]["extensions"]["details"]["count"] == COUNT_TOLD_MAX
