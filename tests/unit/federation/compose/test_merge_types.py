"""Types by kind: enums by usage, unions, scalars, roots, interfaces."""

import pytest

from tests.unit.federation.compose.composing import block, compose_plain, compose_two


def test_an_enum_given_out_has_the_values_of_all():
    composed = compose_two(
        a="type Query { a: E } enum E { RED BLUE }", b="type Query { b: E } enum E { BLUE GREEN }"
    )

    assert (
        block(composed, "E")
        == """\
enum E
  @join__type(graph: A)
  @join__type(graph: B)
{
  RED @join__enumValue(graph: A)
  BLUE @join__enumValue(graph: A) @join__enumValue(graph: B)
  GREEN @join__enumValue(graph: B)
}"""
    )


def test_an_enum_taken_in_has_the_values_common_to_all():
    composed = compose_two(
        a="type Query { a(e: E): Int } enum E { RED BLUE }",
        b="type Query { b(e: E): Int } enum E { BLUE GREEN }",
    )

    assert list(composed.supergraph.types["E"].values) == ["BLUE"]


def test_an_enum_value_that_clients_never_see_need_not_be_known_everywhere():
    composed = compose_two(
        a="type Query { a(e: E): E } enum E { RED @inaccessible BLUE }",
        b="type Query { b(e: E): E } enum E { BLUE }",
    )

    assert list(composed.supergraph.types["E"].values) == ["RED", "BLUE"]


def test_an_argument_that_is_left_out_does_not_make_an_enum_an_input():
    composed = compose_two(
        a="type Query { q(e: E): E @shareable } enum E { RED }",
        b="type Query { q: E @shareable } enum E { GREEN }",
    )

    assert list(composed.supergraph.types["E"].values) == ["RED", "GREEN"]


def test_a_union_has_the_members_of_all():
    composed = compose_two(
        a="type Query { a: U } union U = A | B type A @shareable { x: Int } type B { x: Int }",
        b="type Query { b: U } union U = A | C type A @shareable { x: Int } type C { x: Int }",
    )

    assert (
        block(composed, "U")
        == """\
union U
  @join__type(graph: A)
  @join__type(graph: B)
  @join__unionMember(graph: A, member: "A")
  @join__unionMember(graph: A, member: "B")
  @join__unionMember(graph: B, member: "A")
  @join__unionMember(graph: B, member: "C")
  = A | B | C"""
    )


def test_a_custom_scalar_keeps_its_specification():
    composed = compose_two(
        a='scalar Date @specifiedBy(url: "https://d.example") type Query { a: Date }',
        b="scalar Date type Query { b: Date }",
    )

    assert (
        block(composed, "Date")
        == """\
scalar Date
  @join__type(graph: A)
  @join__type(graph: B)
  @specifiedBy(url: "https://d.example")"""
    )


def test_root_types_carry_their_standard_names_everywhere():
    composed = compose_plain(
        a="schema { query: Root, mutation: Change }"
        " type Root { x: Int, again: Root } type Change { y: Int }",
        b="type Query { z: Int } type Mutation { w: Int }",
    )

    assert (
        block(composed, "Query")
        == """\
type Query
  @join__type(graph: A)
  @join__type(graph: B)
{
  x: Int @join__field(graph: A)
  again: Query @join__field(graph: A)
  z: Int @join__field(graph: B)
}"""
    )
    assert list(composed.supergraph.types["Mutation"].fields) == ["y", "w"]


def test_the_fields_that_serve_federation_itself_are_gone():
    composed = compose_plain(
        a="type Query { a: T, _entities(representations: [_Any!]!): [_Entity]!,"
        ' _service: _Service! } type T @key(fields: "id") { id: ID } scalar _Any'
        " union _Entity = T type _Service { sdl: String }"
        " directive @key(fields: _FieldSet!) on OBJECT | INTERFACE scalar _FieldSet"
    )

    assert list(composed.supergraph.types) == ["Query", "T"]
    assert list(composed.supergraph.types["Query"].fields) == ["a"]


def test_every_subgraph_takes_part_in_the_query_type():
    composed = compose_two(
        a='type Query { t: T } type T @key(fields: "id") { id: ID }',
        b='type T @key(fields: "id") { id: ID, x: Int }',
    )

    assert [join.subgraph for join in composed.supergraph.types["Query"].joins] == ["a", "b"]


def test_who_implements_an_interface_where_is_told():
    composed = compose_two(
        a="type Query { n: N } interface N { x: Int }"
        ' type T implements N @key(fields: "x") { x: Int }',
        b='type T @key(fields: "x") { x: Int, y: Int }',
    )

    assert (
        block(composed, "T")
        == """\
type T implements N
  @join__implements(graph: A, interface: "N")
  @join__type(graph: A, key: "x")
  @join__type(graph: B, key: "x")
{
  x: Int
  y: Int @join__field(graph: B)
}"""
    )


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_the_order_of_subgraphs_does_not_matter(order: tuple[str, str]):
    sdl = {
        "a": "type Query { a: E } enum E { RED }",
        "b": "type Query { b: E } enum E { GREEN }",
    }

    composed = compose_two(**{name: sdl[name] for name in order})

    assert list(composed.supergraph.subgraphs) == ["a", "b"]
    assert list(composed.supergraph.types["E"].values) == ["RED", "GREEN"]
