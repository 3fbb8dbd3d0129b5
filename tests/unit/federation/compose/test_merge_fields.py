"""Fields of objects and interfaces: who resolves them, and of what type they are."""

from tests.unit.federation.compose.composing import block, compose_two, refusals


def test_an_entity_has_the_fields_of_all_its_subgraphs():
    composed = compose_two(
        a='type Query { me: User } type User @key(fields: "id") { id: ID! name: String }',
        b='type User @key(fields: "id") { id: ID! age: Int }',
    )

    assert (
        block(composed, "User")
        == """\
type User
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id")
{
  id: ID!
  name: String @join__field(graph: A)
  age: Int @join__field(graph: B)
}"""
    )


def test_a_field_that_all_subgraphs_of_the_type_resolve_names_none():
    composed = compose_two(
        a="type Query { a: Point } type Point @shareable { x: Int y: Int }",
        b="type Query { b: Point } type Point @shareable { x: Int y: Int }",
    )

    assert (
        block(composed, "Point")
        == """\
type Point
  @join__type(graph: A)
  @join__type(graph: B)
{
  x: Int
  y: Int
}"""
    )


def test_a_requirement_is_kept_beside_the_external_field_it_names():
    composed = compose_two(
        a='type Query { me: User } type User @key(fields: "id") { id: ID! zip: Int }',
        b='type User @key(fields: "id") { id: ID! zip: Int @external'
        '  cost: Int @requires(fields: "zip") }',
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
  cost: Int @join__field(graph: B, requires: "zip")
}"""
    )


def test_a_provided_field_stays_external_and_the_path_says_what_it_provides():
    composed = compose_two(
        a="type Query { me: User }"
        ' type User @key(fields: "id") { id: ID! name: String @shareable }',
        b='type Query { you: User @provides(fields: "name") }'
        ' type User @key(fields: "id") { id: ID! name: String @external }',
    )

    assert (
        block(composed, "Query")
        == """\
type Query
  @join__type(graph: A)
  @join__type(graph: B)
{
  me: User @join__field(graph: A)
  you: User @join__field(graph: B, provides: "name")
}"""
    )
    assert "name: String @join__field(graph: A) @join__field(graph: B, external: true)" in (
        block(composed, "User")
    )


def test_the_result_is_nullable_as_soon_as_one_subgraph_may_give_null():
    composed = compose_two(
        a="type Query { n: [Int!]! @shareable }",
        b="type Query { n: [Int] @shareable }",
    )

    assert (
        '  n: [Int] @join__field(graph: A, type: "[Int!]!") @join__field(graph: B, type: "[Int]")'
        in block(composed, "Query").split("\n")
    )


def test_the_abstract_type_covers_the_types_that_implement_it():
    sdl = " interface I { x: Int } type T implements I @shareable { x: Int }"

    composed = compose_two(
        a="type Query { i: I @shareable }" + sdl, b="type Query { i: T @shareable }" + sdl
    )

    assert '  i: I @join__field(graph: A, type: "I") @join__field(graph: B, type: "T")' in block(
        composed, "Query"
    ).split("\n")


def test_types_that_nothing_covers_are_refused():
    errors = refusals(a="type Query { q: Int @shareable }", b="type Query { q: String @shareable }")

    assert [(each.code, each.coordinate, each.subgraphs) for each in errors] == [
        ("FIELD_TYPE_MISMATCH", "Query.q", ("a", "b"))
    ]


def test_a_key_field_is_shareable_by_being_a_key():
    composed = compose_two(
        a='type Query { p: P } type P @key(fields: "org { id }") { org: O } type O { id: ID }',
        b='type P @key(fields: "org { id }") { org: O } type O { id: ID }',
    )

    assert '@join__type(graph: B, key: "org { id }")' in block(composed, "P")


def test_a_key_that_cannot_be_resolved_says_so():
    composed = compose_two(
        a='type Query { me: User } type User @key(fields: "id", resolvable: false) { id: ID! }',
        b='type User @key(fields: "id") @key(fields: "mail") { id: ID! mail: ID! }',
    )

    assert (
        block(composed, "User")
        == """\
type User
  @join__type(graph: A, key: "id", resolvable: false)
  @join__type(graph: B, key: "id")
  @join__type(graph: B, key: "mail")
{
  id: ID!
  mail: ID! @join__field(graph: B)
}"""
    )


def test_an_extension_is_marked_as_one_and_its_external_key_counts_as_resolved():
    composed = compose_two(
        a='type Query { me: User } type User @key(fields: "id") { id: ID! }',
        b='extend type User @key(fields: "id") { id: ID! @external age: Int }',
    )

    assert (
        block(composed, "User")
        == """\
type User
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id", extension: true)
{
  id: ID!
  age: Int @join__field(graph: B)
}"""
    )


def test_context_arguments_are_hidden_from_clients_and_told_to_the_gateway():
    composed = compose_two(
        a='type Query { t: T } type T @key(fields: "id") @context(name: "who")'
        " { id: ID! u: U p: String } "
        'type U @key(fields: "id")'
        ' { id: ID! f(a: String @fromContext(field: "$who { p }")): Int }',
    )

    assert (
        '  f: Int @join__field(graph: A, contextArguments: [{name: "a", type: "String",'
        ' context: "a__who", selection: "{ p }"}])'
    ) in block(composed, "U").split("\n")
    assert '@context(name: "a__who")' in block(composed, "T")


def test_the_description_most_subgraphs_agree_on_wins():
    composed = compose_two(
        a='type Query { "one" q: Int @shareable }',
        b='type Query { "two" q: Int @shareable }',
        c='type Query { "two" q: Int @shareable }',
    )

    assert '  """two"""\n  q: Int' in block(composed, "Query")
