"""The comparison with other composers: what it reads, and what counts as a difference."""

import pytest

from devtools.prove_composition import main, split_subgraphs
from devtools.supergraph_shape import read_shape

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) { query: Query }
enum join__Graph { A @join__graph(name: "a", url: "http://a") }
type Query @join__type(graph: A) { t(first: Int = 3): T @join__field(graph: A, provides: "x y") }
type T @join__type(graph: A, key: "id code", resolvable: true) { x: Int y: Int }
"""


def test_subgraphs_of_a_file_stand_under_their_names() -> None:
    text = "# expected: X\n# subgraph: a\ntype A { b: Int }\n\n# subgraph: b\ntype B { c: Int }\n"

    assert [(each["name"], each["sdl"].strip()) for each in split_subgraphs(text)] == [
        ("a", "type A { b: Int }"),
        ("b", "type B { c: Int }"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x: Int y: Int", "y: Int x: Int"),
        ('"id code"', '"code id"'),
        (", resolvable: true", ""),
        ('"x y"', '"{ y x }"'),
        ("http://a", "http://b"),
    ],
)
def test_order_spelling_and_addresses_make_no_difference(before: str, after: str) -> None:
    assert before in SUPERGRAPH

    assert read_shape(SUPERGRAPH.replace(before, after)) == read_shape(SUPERGRAPH)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y: Int }", "y: Int! }"),
        ('"id code"', '"id"'),
        ("resolvable: true", "resolvable: false"),
        ("= 3", "= 4"),
        ('provides: "x y"', 'requires: "x y"'),
        (" y: Int }", " y: Int z: Int }"),
    ],
)
def test_anything_else_does(before: str, after: str) -> None:
    assert before in SUPERGRAPH

    assert read_shape(SUPERGRAPH.replace(before, after)) != read_shape(SUPERGRAPH)


def test_without_the_other_composers_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COMPOSERS_HOME", raising=False)

    assert main() == 0

    assert capsys.readouterr().out.endswith("skipped\n")
