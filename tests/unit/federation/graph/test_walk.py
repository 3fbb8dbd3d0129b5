"""The moves of the join graph, on a small supergraph of three subgraphs."""

import pytest

from federation.errors import FederationError
from federation.graph.build import build_join_graph
from federation.graph.export_dot import export_dot
from federation.graph.join_graph import JoinGraph
from federation.graph.node import Node
from federation.graph.requirement import read_field_set
from federation.graph.walk import (
    abstract_move,
    entity_moves,
    field_move,
    requiring_moves,
    root_moves,
)
from federation.supergraph.reader import read_supergraph

SUPERGRAPH = """
enum join__Graph {
  MEDIA @join__graph(name: "media", url: "http://media")
  SOCIAL @join__graph(name: "social", url: "")
  PAY @join__graph(name: "pay", url: "")
}
type Query @join__type(graph: MEDIA) @join__type(graph: SOCIAL) {
  item: Item @join__field(graph: MEDIA)
  comments: [[Comment]] @join__field(graph: SOCIAL)
}
interface Item
  @join__type(graph: MEDIA, key: "id")
  @join__type(graph: SOCIAL, key: "id", isInterfaceObject: true) {
  id: ID!
  title: String @join__field(graph: MEDIA)
  likes: Int @join__field(graph: SOCIAL)
}
type Track implements Item
  @join__implements(graph: MEDIA, interface: "Item")
  @join__type(graph: MEDIA, key: "id")
  @join__type(graph: PAY, key: "id")
  @join__type(graph: PAY, key: "isrc", resolvable: false) {
  id: ID!
  title: String @join__field(graph: MEDIA)
  isrc: String
  length: Int @join__field(graph: MEDIA) @join__field(graph: PAY, external: true)
  payout: Int @join__field(graph: PAY, requires: "length")
  likes: Int @join__field
}
type User @join__type(graph: SOCIAL, key: "id") @join__type(graph: MEDIA, key: "id") {
  id: ID!
  name: String @join__field(graph: SOCIAL, external: true) @join__field(graph: MEDIA)
}
type Comment @join__type(graph: SOCIAL) {
  author: User @join__field(graph: SOCIAL, provides: "name")
}
"""


@pytest.fixture(name="graph")
def _graph() -> JoinGraph:
    return build_join_graph(read_supergraph(SUPERGRAPH))


def test_every_subgraph_with_a_root_type_is_a_beginning(graph: JoinGraph) -> None:
    assert [str(move.tail) for move in root_moves(graph, "Query")] == [
        "Query/media",
        "Query/social",
    ]


def test_a_field_leads_to_its_type_in_the_same_subgraph(graph: JoinGraph) -> None:
    move = field_move(graph, Node("Query", "social"), "comments")

    assert move is not None
    assert (str(move.tail), move.list_depth) == ("Comment/social", 2)


def test_an_external_field_is_no_way(graph: JoinGraph) -> None:
    assert field_move(graph, Node("User", "social"), "name") is None
    assert field_move(graph, Node("User", "media"), "name") is not None


def test_a_key_field_can_be_read_wherever_the_key_is(graph: JoinGraph) -> None:
    assert field_move(graph, Node("Track", "pay"), "id") is not None
    assert field_move(graph, Node("Track", "pay"), "isrc") is not None


def test_a_provided_field_can_be_read_along_that_way_only(graph: JoinGraph) -> None:
    author = field_move(graph, Node("Comment", "social"), "author")

    assert author is not None
    assert author.tail == Node("User", "social", read_field_set("name"))
    assert field_move(graph, author.tail, "name") is not None


def test_a_field_with_a_requirement_needs_it_brought_along(graph: JoinGraph) -> None:
    pay = Node("Track", "pay")

    assert field_move(graph, pay, "payout") is None
    assert field_move(graph, pay, "payout", carried="payout") is not None


def test_requirements_travel_with_the_key(graph: JoinGraph) -> None:
    moves = list(requiring_moves(graph, Node("Track", "media"), "payout"))

    assert [(str(move.tail), str(move.requirement), str(move.key)) for move in moves] == [
        ("Track/pay", "id length", "id")
    ]


def test_entities_move_by_resolvable_keys_and_to_interface_objects(graph: JoinGraph) -> None:
    moves = list(entity_moves(graph, Node("Track", "media")))

    assert [(str(move.tail), move.type_name, str(move.key)) for move in moves] == [
        ("Track/pay", "Track", "id"),
        ("Item/social", "Item", "id"),
    ]


def test_an_interface_object_moves_to_the_real_interface(graph: JoinGraph) -> None:
    moves = list(entity_moves(graph, Node("Item", "social")))

    assert [(str(move.tail), move.type_name) for move in moves] == [("Item/media", "Item")]


def test_an_interface_object_does_not_know_concrete_types(graph: JoinGraph) -> None:
    assert field_move(graph, Node("Item", "social"), "__typename") is None
    assert abstract_move(graph, Node("Item", "social"), "Track") is None
    assert abstract_move(graph, Node("Item", "media"), "Track") is not None


def test_the_graph_can_be_drawn(graph: JoinGraph) -> None:
    dot = export_dot(graph)

    assert '"Track/media" -> "Track/pay" [label="{id}", color=blue];' in dot
    assert '"Item/media" -> "Track/media" [style=dashed];' in dot


def test_a_progressive_override_is_not_active_by_itself() -> None:
    graph = build_join_graph(
        read_supergraph(
            """
            enum join__Graph {
              A @join__graph(name: "a", url: "")
              B @join__graph(name: "b", url: "")
            }
            type Query @join__type(graph: A) @join__type(graph: B) {
              kept: Int
                @join__field(graph: A, usedOverridden: true, overrideLabel: "percent(5)")
                @join__field(graph: B, override: "a", overrideLabel: "percent(5)")
              moved: Int
                @join__field(graph: A, usedOverridden: true)
                @join__field(graph: B, override: "a")
            }
            """
        )
    )

    def homes(field: str) -> list[str]:
        return [name for name in "ab" if field_move(graph, Node("Query", name), field)]

    assert homes("kept") == ["a"]
    assert homes("moved") == ["b"]


@pytest.mark.parametrize(
    "sdl", ["type Query {", "type Query { a: Int }", "enum join__Graph { A } type Query { a: Int }"]
)
def test_a_text_that_is_no_supergraph_is_refused(sdl: str) -> None:
    with pytest.raises(FederationError) as refusal:
        read_supergraph(sdl)

    assert refusal.value.code == "INVALID_SUPERGRAPH"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id", "id"),
        ("{ id owner { id } }", "id owner { id }"),
        ("a { b } a { c }", "a { b c }"),
        ('p(x: "1") p(x: "2")', 'p(x: "1") p(x: "2")'),
        ("m { ... on A { x } ... on A { y } z }", "m { z ... on A { x y } }"),
    ],
)
def test_field_sets_are_merged_as_they_are_read(text: str, expected: str) -> None:
    assert str(read_field_set(text)) == expected
