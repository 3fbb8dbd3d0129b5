"""Subgraphs of Federation 1, which say less and mean more."""

from tests.unit.federation.compose.composing import (
    LINK,
    block,
    compose_plain,
    plain_refusals,
)

USERS = 'type Query { me: User } type User @key(fields: "id") { id: ID! zip: Int } '


def test_extensions_become_definitions_and_unused_externals_go():
    composed = compose_plain(
        a=USERS + "extend type User { name: String }",
        b='extend type User @key(fields: "id") { id: ID! @external zip: Int @external'
        ' name: String @external cost: Int @requires(fields: "zip") }',
    )

    assert (
        block(composed, "User")
        == """\
type User
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id")
{
  id: ID!
  zip: Int @join__field(graph: A) @join__field(graph: B, external: true)
  name: String @join__field(graph: A)
  cost: Int @join__field(graph: B, requires: "zip")
}"""
    )


def test_value_types_are_shareable_without_saying_so():
    composed = compose_plain(
        a="type Query { a: Point } type Point { x: Int }",
        b="extend type Query { b: Point } type Point { x: Int }",
    )

    assert list(composed.supergraph.types["Point"].fields) == ["x"]


def test_a_subgraph_of_federation_two_must_still_share():
    errors = plain_refusals(
        a=LINK + "type Query { a: Point } type Point { x: Int }",
        b="extend type Query { b: Point } type Point { x: Int }",
    )

    assert [(each.code, each.coordinate) for each in errors] == [
        ("INVALID_FIELD_SHARING", "Point.x")
    ]


def test_requirements_on_fields_of_its_own_are_dropped():
    composed = compose_plain(
        a=USERS,
        b='extend type User @key(fields: "id")'
        ' { id: ID! @external size: Int area: Int @requires(fields: "size") }',
    )

    assert "  area: Int @join__field(graph: B)" in block(composed, "User").split("\n")


def test_keys_on_interfaces_mean_nothing():
    composed = compose_plain(
        a='type Query { n: Node } interface Node @key(fields: "id") { id: ID }'
        ' type T implements Node @key(fields: "id") { id: ID }'
    )

    assert "  @join__type(graph: A)" in block(composed, "Node").split("\n")


def test_an_interface_object_needs_more_than_such_a_key():
    errors = plain_refusals(
        a='type Query { n: Node } interface Node @key(fields: "id") { id: ID }'
        ' type T implements Node @key(fields: "id") { id: ID }',
        b=LINK + 'type Node @interfaceObject @key(fields: "id") { id: ID x: Int }',
    )

    assert [(each.code, each.subgraphs) for each in errors] == [
        ("INTERFACE_OBJECT_USAGE_ERROR", ("b",))
    ]


def test_a_list_of_fields_is_a_key_too():
    composed = compose_plain(
        a='type Query { t: T } type T @key(fields: ["id", "x"]) { id: ID x: Int }'
    )

    assert '  @join__type(graph: A, key: "id x")' in block(composed, "T").split("\n")


def test_the_extends_directive_extends():
    composed = compose_plain(
        a=USERS, b='type User @extends @key(fields: "id") { id: ID! @external age: Int }'
    )

    assert '  @join__type(graph: B, key: "id", extension: true)' in (
        block(composed, "User").split("\n")
    )
