"""The join graph in DOT: what a drawing tool can read."""

from federation.graph.build import build_join_graph
from federation.graph.export_dot import export_dot
from federation.supergraph.reader import read_supergraph
from tests.federation.federated import compose_sources

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SOURCES = {
    "media": LINK
    + """
    type Query { track: Track }
    type Track @key(fields: "id") { id: ID! name: String next: Track }
    """,
    "social": LINK + 'type Track @key(fields: "id") { id: ID! likes: Int }',
}


def test_each_subgraph_is_a_cluster_and_each_move_an_edge() -> None:
    dot = export_dot(build_join_graph(read_supergraph(compose_sources(SOURCES))))

    lines = dot.splitlines()
    assert lines[0] == "digraph join {"
    assert '  subgraph "cluster_media" { label="media";' in lines
    assert '  "Query/media" -> "Track/media" [label="track"];' in lines
    assert '  "Track/media" -> "Track/media" [label="next"];' in lines
    assert '  "Track/media" -> "Track/social" [label="{id}", color=blue];' in lines
    assert lines[-1] == "}"
