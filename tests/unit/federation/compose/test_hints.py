"""Remarks: what subgraphs say differently without contradicting each other."""

import pytest

from tests.unit.federation.compose.composing import compose_two

VALUE = "type V @shareable { x: Int %s }"

CASES = [
    ("types that one covers",
     "type Query { q: Int! @shareable }", "type Query { q: Int @shareable }",
     [("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", "Query.q")]),
    ("input types that one satisfies",
     "type Query { a(i: I): Int } input I { x: Int! }",
     "type Query { b(i: I): Int } input I { x: Int }",
     [("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", "I.x")]),
    ("a default only one has",
     "type Query { q(a: Int = 1): Int @shareable }", "type Query { q(a: Int): Int @shareable }",
     [("INCONSISTENT_DEFAULT_VALUE_PRESENCE", "Query.q(a:)")]),
    ("an input field only one has",
     "type Query { a(i: I): Int } input I { x: Int y: Int }",
     "type Query { b(i: I): Int } input I { x: Int }",
     [("INCONSISTENT_INPUT_OBJECT_FIELD", "I.y")]),
    ("an entity here, a value there",
     'type Query { a: V } type V @key(fields: "x") { x: Int }',
     "type Query { b: V } type V { x: Int @shareable }", [("INCONSISTENT_ENTITY", "V")]),
    ("a value type's field only one has",
     "type Query { a: V } " + VALUE % "y: Int", "type Query { b: Int } " + VALUE % "",
     [("INCONSISTENT_OBJECT_VALUE_TYPE_FIELD", "V.y")]),
    ("an interface's field only one has",
     "type Query { a: I } interface I { x: Int y: Int } type V implements I { x: Int y: Int }",
     "interface I { x: Int }", [("INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD", "I.y")]),
    ("a member only one knows",
     "type Query { a: U } union U = V | W type W { x: Int } " + VALUE % "",
     "type Query { b: U } union U = V " + VALUE % "", [("INCONSISTENT_UNION_MEMBER", "U.W")]),
    ("a value only one gives out",
     "type Query { a: E } enum E { A B }", "type Query { b: E } enum E { A }",
     [("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", "E.B")]),
    ("a value only one takes in",
     "type Query { a(e: E): Int } enum E { A B }", "type Query { b(e: E): Int } enum E { A }",
     [("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", "E.B")]),
    ("an enum nobody uses", "type Query { a: Int } enum E { A }", "type Query { b: Int }",
     [("UNUSED_ENUM_TYPE", "E")]),
    ("two descriptions",
     'type Query { "x" q: Int @shareable }', 'type Query { "y" q: Int @shareable }',
     [("INCONSISTENT_DESCRIPTION", "Query.q")]),
    ("two reasons",
     'type Query { q: Int @shareable @deprecated(reason: "x") }',
     'type Query { q: Int @shareable @deprecated(reason: "y") }',
     [("INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "Query.q")]),
    ("two weights",
     "type Query { q: Int @shareable @cost(weight: 1) }",
     "type Query { q: Int @shareable @cost(weight: 2) }",
     [("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "Query.q")]),
    ("a field that moved",
     'type Query { q: Int @override(from: "b") }', "type Query { q: Int }",
     [("OVERRIDDEN_FIELD_CAN_BE_REMOVED", "Query.q")]),
    ("a field that moves",
     'type Query { q: Int @override(from: "b", label: "percent(1)") }', "type Query { q: Int }",
     [("OVERRIDE_MIGRATION_IN_PROGRESS", "Query.q")]),
    ("an override of what is gone",
     'type Query { q: Int @override(from: "b") }', "type Query { p: Int }",
     [("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", "Query.q")]),
    ("a directive of clients only one defines",
     "directive @d on FIELD type Query { a: Int }", "type Query { b: Int }",
     [("INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE", "@d")]),
    ("a directive of clients without a common place",
     "directive @d on FIELD type Query { a: Int }", "directive @d on QUERY type Query { b: Int }",
     [("NO_EXECUTABLE_DIRECTIVE_INTERSECTION", "@d")]),
    ("a directive of clients in more places here",
     "directive @d on FIELD type Query { a: Int }",
     "directive @d on FIELD | QUERY type Query { b: Int }",
     [("INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS", "@d")]),
    ("a directive of clients that only one repeats",
     "directive @d on FIELD type Query { a: Int }",
     "directive @d repeatable on FIELD type Query { b: Int }",
     [("INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE", "@d")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("_case", "a", "b", "hints"), CASES, ids=[case[0].replace(" ", "-") for case in CASES]
)
def test_a_remark_has_a_code_and_a_place(_case: str, a: str, b: str, hints: list[tuple[str, str]]):
    composed = compose_two(a=a, b=b)

    assert [(each.code, each.coordinate) for each in composed.hints] == hints


def test_subgraphs_that_agree_give_no_remarks():
    composed = compose_two(
        a="type Query { a: V } " + VALUE % "y: Int", b="type Query { b: V } " + VALUE % "y: Int"
    )

    assert composed.hints == ()
