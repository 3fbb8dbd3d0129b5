"""Names of subgraphs in the supergraph."""

import pytest

from federation.vocabulary.join import graph_name, graph_names


@pytest.mark.parametrize(
    ("_case", "subgraph", "name"),
    [
        ("plain", "media", "MEDIA"),
        ("with a dash", "my-graph", "MY_GRAPH"),
        ("with a digit first", "2nd", "_2ND"),
        ("ending like a numbered name", "a_1", "A_1_"),
    ],
)
def test_any_name_becomes_a_graphql_name(_case: str, subgraph: str, name: str):
    assert graph_name(subgraph) == name


def test_names_that_would_be_alike_are_numbered():
    assert graph_names(["my-graph", "my_graph", "x"]) == {
        "my-graph": "MY_GRAPH_1",
        "my_graph": "MY_GRAPH_2",
        "x": "X",
    }
