"""Every reason for which subgraphs do not compose, by its code."""

from pathlib import Path

import pytest

from devtools.prove_composition import split_subgraphs
from federation.compose.compose import SubgraphSource, compose
from federation.errors import CompositionErrors
from tests.unit.federation.compose.composing import LINK, plain_refusals, refusals

Q = "type Query { ping: Int @shareable } "
QA = 'type Query { t: T } type T @key(fields: "id") { id: ID! x: Int } '


def external(field: str) -> str:
    return f'type T @key(fields: "id") {{ id: ID! {field} y: Int @requires(fields: "x") }} {Q}'


BROKEN = sorted((Path(__file__).parent / "broken").glob("*.graphql"))


def test_broken_inputs_are_many():
    assert len(BROKEN) >= 60


@pytest.mark.parametrize("file", BROKEN, ids=[file.stem for file in BROKEN])
def test_subgraphs_are_refused_with_the_code_the_field_knows(file: Path):
    text = file.read_text()
    expected = text.splitlines()[0].removeprefix("# expected: ").split()

    with pytest.raises(CompositionErrors) as failure:
        compose([SubgraphSource(**each) for each in split_subgraphs(text)])

    assert sorted({each.code for each in failure.value.errors}) == expected
    for each in failure.value.errors:
        assert each.message
        assert "\n" not in str(each)


def test_keys_on_interfaces_need_federation_two_three():
    errors = plain_refusals(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key"])'
        ' type Query { i: I } interface I @key(fields: "id") { id: ID }'
    )

    assert [each.code for each in errors] == ["KEY_UNSUPPORTED_ON_INTERFACE"]


def test_a_federation_one_type_of_unused_externals_is_refused():
    errors = plain_refusals(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b="extend type T { x: Int @external } extend type Query { u: T }",
    )

    assert [(each.code, each.coordinate) for each in errors] == [
        ("TYPE_WITH_ONLY_UNUSED_EXTERNAL", "T")
    ]


def test_a_requirement_that_asks_for_as_much_is_no_way_around_a_guard():
    errors = refusals(
        a=QA.replace("x: Int", 'x: Int @requiresScopes(scopes: [["a"], ["b"]])'),
        b=external("x: Int @external").replace(
            "y: Int", 'y: Int @requiresScopes(scopes: [["a", "c"]])'
        ),
    )

    assert errors == []


@pytest.mark.parametrize("name", ["_", ""])
def test_reserved_names_of_subgraphs_are_refused(name: str):
    assert [each.code for each in plain_refusals(**{name: LINK + Q})] == ["INVALID_SUBGRAPH_NAME"]


@pytest.mark.parametrize(("number", "code"), [(0, "NO_QUERIES"), (1_001, "UNSUPPORTED_FEATURE")])
def test_no_subgraph_and_too_many_are_refused(number: int, code: str):
    subgraphs = {f"s{position}": LINK + Q for position in range(number)}

    assert [each.code for each in plain_refusals(**subgraphs)] == [code]


def test_text_that_nests_without_end_is_refused():
    deep_type = "[" * 5_000 + "Int" + "]" * 5_000
    deep_key = "a {" * 5_000 + "b" + "}" * 5_000

    assert [each.code for each in refusals(a=f"type Query {{ q: {deep_type} }}")] == [
        "INVALID_GRAPHQL"
    ]
    assert [
        each.code for each in refusals(a=Q + f'type A @key(fields: "{deep_key}") {{ b: Int }}')
    ] == ["KEY_INVALID_FIELDS"]


def test_guards_that_multiply_without_end_are_refused():
    def guarded(letter: str) -> str:
        groups = ", ".join(f'["{letter}{number}"]' for number in range(40))
        return f"type Query {{ q: Int @shareable @policy(policies: [{groups}]) }}"

    assert [each.code for each in refusals(a=guarded("a"), b=guarded("b"))] == [
        "UNSUPPORTED_FEATURE"
    ]


def test_all_errors_are_reported_at_once_and_say_where():
    errors = refusals(
        a="type Query { p: Int q: Int @shareable r(x: Int!): Int @shareable }",
        b="type Query { p: Int q: String @shareable r: Int @shareable }",
    )

    assert sorted((each.code, each.coordinate, each.subgraphs) for each in errors) == [
        ("FIELD_TYPE_MISMATCH", "Query.q", ("a", "b")),
        ("INVALID_FIELD_SHARING", "Query.p", ("a", "b")),
        ("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", "Query.r(x:)", ("a",)),
    ]
    assert str(errors[0]).startswith(f"{errors[0].code}: [a")


def test_an_error_is_one_line_of_code_subgraphs_coordinate_and_message():
    errors = refusals(
        a="type Query { x: [Int] @listSize(assumedSize: -3) }",
        b="type Query { y: Int } type A { id: ID }",
    )

    assert [str(each) for each in errors] == [
        "LIST_SIZE_INVALID_ASSUMED_SIZE: [a] Query.x: @listSize assumes a negative size"
    ]
