"""Guards that reach what they were not written on: interfaces, and fields of interface objects."""

from graphql import print_ast

from federation.compose.compose import SubgraphSource, compose
from federation.supergraph.model import Supergraph

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key",'
    ' "@external", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes"])\n'
)
INTERFACE_OBJECT = """
type Query { i: I }
type I @interfaceObject @key(fields: "id") {
  id: ID!
  secret: String @requiresScopes(scopes: [["s1"]]) @shareable
}
"""
IMPLEMENTATIONS = """
interface Node { id: ID! }
interface I implements Node @key(fields: "id") { id: ID! extra: String }
type T implements Node & I @key(fields: "id") { id: ID! extra: String @authenticated }
type U implements Node & I @key(fields: "id") { id: ID! extra: String }
"""
OWN = """
type T @key(fields: "id") { id: ID! secret: String @requiresScopes(scopes: [["s2"]]) @shareable }
"""


def composed(*sdl: str) -> Supergraph:
    named = [SubgraphSource(name=f"s{at}", sdl=LINK + text) for at, text in enumerate(sdl)]
    return compose(named).supergraph


def guards_of(supergraph: Supergraph, type_name: str, field_name: str) -> list[str]:
    field = supergraph.types[type_name].fields[field_name]
    return [print_ast(each) for each in field.directives]


def test_a_field_of_an_interface_object_asks_on_each_type_for_what_is_asked_there() -> None:
    supergraph = composed(INTERFACE_OBJECT, IMPLEMENTATIONS, OWN)

    assert guards_of(supergraph, "T", "secret") == ['@requiresScopes(scopes: [["s1", "s2"]])']
    assert guards_of(supergraph, "U", "secret") == ['@requiresScopes(scopes: [["s1"]])']
    assert guards_of(supergraph, "I", "secret") == ['@requiresScopes(scopes: [["s1", "s2"]])']


def test_an_implementation_guards_its_interface_and_no_other_implementation() -> None:
    supergraph = composed(INTERFACE_OBJECT, IMPLEMENTATIONS)

    assert guards_of(supergraph, "I", "extra") == ["@authenticated"]
    assert guards_of(supergraph, "T", "extra") == ["@authenticated"]
    assert guards_of(supergraph, "U", "extra") == []


def test_alternatives_of_several_subgraphs_are_multiplied_out_and_the_needless_dropped() -> None:
    supergraph = composed(
        'type Query { q: Int @shareable @requiresScopes(scopes: [["a"], ["b"]]) }',
        'type Query { q: Int @shareable @requiresScopes(scopes: [["b"], ["c"]]) }',
    )

    assert guards_of(supergraph, "Query", "q") == ['@requiresScopes(scopes: [["a", "c"], ["b"]])']


EXTERNAL = """
interface I @key(fields: "id") { id: ID! secret: String }
type U implements I @key(fields: "id") { id: ID! secret: String @external }
"""


def test_a_field_may_be_external_on_a_type_where_an_interface_object_resolves_it() -> None:
    supergraph = composed(INTERFACE_OBJECT, EXTERNAL)

    field = supergraph.types["U"].fields["secret"]
    assert [(each.subgraph, each.is_external) for each in field.joins] == [("s1", True)]
    assert guards_of(supergraph, "U", "secret") == ['@requiresScopes(scopes: [["s1"]])']
