"""Arguments and input objects: only what all subgraphs accept remains."""

from tests.unit.federation.compose.composing import block, compose_two


def test_arguments_that_one_subgraph_lacks_are_left_out():
    composed = compose_two(
        a="type Query { q(a: Int, b: Int): Int @shareable }",
        b="type Query { q(a: Int!, c: Int): Int @shareable }",
    )

    assert "  q(a: Int!): Int" in block(composed, "Query").split("\n")
    assert sorted((hint.code, hint.coordinate) for hint in composed.hints) == [
        ("INCONSISTENT_ARGUMENT_PRESENCE", "Query.q(b:)"),
        ("INCONSISTENT_ARGUMENT_PRESENCE", "Query.q(c:)"),
        ("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", "Query.q(a:)"),
    ]


def test_a_default_that_only_some_subgraphs_have_is_left_to_them():
    composed = compose_two(
        a="type Query { q(a: Int = 1): Int @shareable }",
        b="type Query { q(a: Int): Int @shareable }",
    )

    assert "  q(a: Int): Int" in block(composed, "Query").split("\n")


def test_a_default_all_agree_on_is_kept():
    composed = compose_two(
        a='type Query { q(a: [String] = ["x"]): Int @shareable }',
        b='type Query { q(a: [String] = ["x"]): Int @shareable }',
    )

    assert '  q(a: [String] = ["x"]): Int' in block(composed, "Query").split("\n")


def test_input_fields_are_the_common_ones_and_required_wins():
    query = "type Query { q(i: In): Int @shareable } "

    composed = compose_two(
        a=query + "input In { a: Int, b: Int! = 3, c: Int }",
        b=query + "input In { a: Int!, b: Int! = 3, d: Int }",
    )

    assert (
        block(composed, "In")
        == """\
input In
  @join__type(graph: A)
  @join__type(graph: B)
{
  a: Int! @join__field(graph: A, type: "Int") @join__field(graph: B, type: "Int!")
  b: Int! = 3
}"""
    )
