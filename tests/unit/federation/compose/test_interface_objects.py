"""`@interfaceObject`: fields that one subgraph adds to all implementations at once."""

from tests.unit.federation.compose.composing import block, compose_two, refusals

MEDIA = (
    "type Query { all: [Playable] } "
    'interface Playable @key(fields: "id") { id: ID! title: String } '
    'type Track implements Playable @key(fields: "id") { id: ID! title: String } '
)


def test_implementations_gain_the_fields_of_the_interface_object():
    composed = compose_two(
        media=MEDIA,
        social='type Playable @interfaceObject @key(fields: "id") { id: ID! likes: Int }',
    )

    assert (
        block(composed, "Playable")
        == """\
interface Playable
  @join__type(graph: MEDIA, key: "id")
  @join__type(graph: SOCIAL, key: "id", isInterfaceObject: true)
{
  id: ID!
  title: String @join__field(graph: MEDIA)
  likes: Int @join__field(graph: SOCIAL)
}"""
    )
    assert (
        block(composed, "Track")
        == """\
type Track implements Playable
  @join__implements(graph: MEDIA, interface: "Playable")
  @join__type(graph: MEDIA, key: "id")
{
  id: ID!
  title: String
  likes: Int @join__field
}"""
    )


def test_an_interface_object_may_require_fields_of_the_interface():
    composed = compose_two(
        media=MEDIA,
        social='type Playable @interfaceObject @key(fields: "id")'
        ' { id: ID! title: String @external slug: String @requires(fields: "title") }',
    )

    assert '  slug: String @join__field(graph: SOCIAL, requires: "title")' in (
        block(composed, "Playable").split("\n")
    )


def test_a_field_of_an_interface_object_and_of_an_implementation_must_be_shareable():
    errors = refusals(
        media=MEDIA,
        social='type Playable @interfaceObject @key(fields: "id") { id: ID! title: String }',
    )

    assert [(each.code, each.coordinate) for each in errors] == [
        ("INVALID_FIELD_SHARING", "Track.title")
    ]
