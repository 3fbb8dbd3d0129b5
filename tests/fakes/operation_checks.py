"""Checks of operations against a small schema, which tests may change."""

from web.documents.operation_checks import SchemaChecks

SDL = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) {
  query: Query
  mutation: Mutation
}
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet) repeatable on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT
directive @link(url: String, as: String, for: link__Purpose) repeatable on SCHEMA
scalar join__FieldSet
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph { MAIN @join__graph(name: "main", url: "") }
type Query @join__type(graph: MAIN) {
  hello: String
  old: String @deprecated(reason: "Ask for hello.")
}
type Mutation @join__type(graph: MAIN) { add(amount: Int!): Int }
"""
WITHOUT_OLD = SDL.replace('old: String @deprecated(reason: "Ask for hello.")', "")


def checks_of(sdl: str = SDL, **reserved: str) -> SchemaChecks:
    """Checks against a supergraph."""
    return SchemaChecks(lambda: sdl, reserved=reserved)
