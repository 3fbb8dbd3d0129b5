"""Directives that the supergraph repeats, and those that subgraphs carry along."""

from tests.unit.federation.compose.composing import (
    LINK,
    block,
    compose_plain,
    compose_two,
    plain_refusals,
)


def test_tags_of_all_subgraphs_come_together():
    composed = compose_two(
        a='type Query { q: Int @shareable @tag(name: "x") }',
        b='type Query { q: Int @shareable @tag(name: "x") @tag(name: "y") }',
    )

    assert '  q: Int @tag(name: "x") @tag(name: "y")' in block(composed, "Query").split("\n")
    assert composed.supergraph.links == ('@link(url: "https://specs.apollo.dev/tag/v0.3")',)


def test_hidden_in_one_subgraph_is_hidden():
    composed = compose_two(
        a="type Query { q: Int @shareable @inaccessible p: Int }",
        b="type Query { q: Int @shareable }",
    )

    assert "  q: Int @inaccessible" in block(composed, "Query").split("\n")
    assert composed.supergraph.links == (
        '@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)',
    )


def test_scopes_of_all_subgraphs_must_be_shown_at_once():
    composed = compose_two(
        a='type Query { q: Int @shareable @requiresScopes(scopes: [["a", "b"], ["c"]]) }',
        b='type Query { q: Int @shareable @requiresScopes(scopes: [["a"], ["d"]]) }',
    )

    assert '  q: Int @requiresScopes(scopes: [["a", "b"], ["a", "c"], ["c", "d"]])' in block(
        composed, "Query"
    ).split("\n")
    assert "scalar requiresScopes__Scope" in composed.supergraph.directive_definitions


def test_an_interface_asks_for_what_any_implementation_asks():
    composed = compose_two(
        a="type Query { n: N } interface N { x: Int }"
        " type A implements N @authenticated { x: Int }"
        ' type B implements N { x: Int @policy(policies: [["p"]]) }'
    )

    assert (
        block(composed, "N")
        == """\
interface N
  @join__type(graph: A)
  @authenticated
{
  x: Int @policy(policies: [["p"]])
}"""
    )


def test_the_highest_cost_and_the_longest_list_count():
    composed = compose_two(
        a="type Query { q: [Int] @shareable @cost(weight: 3) @listSize(assumedSize: 2) }",
        b="type Query { q: [Int] @shareable @cost(weight: 5) @listSize(assumedSize: 9) }",
    )

    assert (
        "  q: [Int] @cost(weight: 5) @listSize(assumedSize: 9, requireOneSlicingArgument: true)"
    ) in block(composed, "Query").split("\n")
    assert composed.supergraph.links == (
        '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"])',
    )


def test_one_deprecation_is_enough():
    composed = compose_two(
        a='type Query { q: Int @shareable @deprecated(reason: "old") }',
        b="type Query { q: Int @shareable }",
    )

    assert '  q: Int @deprecated(reason: "old")' in block(composed, "Query").split("\n")


def test_directives_for_operations_survive_when_all_define_them():
    composed = compose_two(
        a="directive @both(a: Int, b: Int) on FIELD | OBJECT"
        " directive @one on FIELD type Query { a: Int }",
        b="directive @both(a: Int!) on FIELD type Query { b: Int }",
    )

    assert composed.supergraph.directive_definitions == ("directive @both(a: Int!) on FIELD",)


def test_a_composed_directive_is_carried_along_with_its_spec():
    composed = compose_two(
        a='extend schema @link(url: "https://me.example/note/v1.2", import: ["@note"])'
        ' @composeDirective(name: "@note")'
        " directive @note(a: Int) on FIELD_DEFINITION type Query { q: Int @note(a: 1) }",
        b="type Query { b: Int }",
    )

    assert composed.supergraph.links == (
        '@link(url: "https://me.example/note/v1.2", import: ["@note"])',
    )
    assert block(composed, "@note") == "directive @note(a: Int) on FIELD_DEFINITION"
    assert "  q: Int @join__field(graph: A) @note(a: 1)" in block(composed, "Query").split("\n")


def test_other_directives_stay_in_their_subgraph():
    composed = compose_two(a="directive @own on FIELD_DEFINITION type Query { q: Int @own }")

    assert "@own" not in composed.sdl


def test_imports_may_be_renamed_and_what_is_not_imported_has_a_namespace():
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3"'

    composed = compose_plain(
        a=f'{link}, import: [{{name: "@key", as: "@id"}}, {{name: "@tag", as: "@t"}}])'
        ' type Query { a: T } type T @id(fields: "id")'
        ' { id: ID @t(name: "x") y: Int @federation__shareable }',
        b=f'{link}, as: "fed") type Query {{ b: T }}'
        ' type T @fed__key(fields: "id") { id: ID y: Int @fed__shareable }',
    )

    assert (
        block(composed, "T")
        == """\
type T
  @join__type(graph: A, key: "id")
  @join__type(graph: B, key: "id")
{
  id: ID @t(name: "x")
  y: Int
}"""
    )
    assert composed.supergraph.links == (
        '@link(url: "https://specs.apollo.dev/tag/v0.3", import: [{name: "@tag", as: "@t"}])',
    )


def test_a_spec_of_its_own_may_be_linked_directly():
    composed = compose_plain(
        a='extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")'
        ' @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)'
        " type Query { a: Int b: Int @inaccessible }"
    )

    assert "  b: Int @inaccessible" in block(composed, "Query").split("\n")


def test_two_names_for_one_directive_are_refused():
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: '

    errors = plain_refusals(
        a=f'{link}[{{name: "@tag", as: "@t"}}]) type Query {{ a: Int @t(name: "x") }}',
        b=f'{link}["@tag"]) type Query {{ b: Int @tag(name: "y") }}',
    )

    assert [each.code for each in errors] == ["LINK_IMPORT_NAME_MISMATCH"]


def test_definitions_that_a_subgraph_brings_along_are_not_its_own():
    composed = compose_plain(
        a=LINK + "directive @key(fields: federation__FieldSet!, resolvable: Boolean = true)"
        " repeatable on OBJECT | INTERFACE scalar federation__FieldSet"
        " directive @link(url: String!) repeatable on SCHEMA"
        ' type Query { t: T } type T @key(fields: "id") { id: ID }'
    )

    assert list(composed.supergraph.types) == ["Query", "T"]
    assert composed.supergraph.directive_definitions == ()
