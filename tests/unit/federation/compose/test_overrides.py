"""`@override`: a field that moves from one subgraph to another."""

import pytest

from federation.compose.override_labels import label_variants
from federation.graph.build import build_join_graph
from tests.unit.federation.compose.composing import block, compose_two

USERS = 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String } '


def test_the_overridden_subgraph_no_longer_takes_part():
    composed = compose_two(
        a=USERS,
        b='type User @key(fields: "id") { id: ID! name: String @override(from: "a") }',
    )

    assert '  name: String @join__field(graph: B, override: "a")' in (
        block(composed, "User").split("\n")
    )


def test_with_a_label_both_subgraphs_take_part():
    composed = compose_two(
        a=USERS,
        b='type User @key(fields: "id")'
        ' { id: ID! name: String @override(from: "a", label: "percent(5)") }',
    )

    assert (
        '  name: String @join__field(graph: A, overrideLabel: "percent(5)")'
        ' @join__field(graph: B, override: "a", overrideLabel: "percent(5)")'
    ) in block(composed, "User").split("\n")


def test_a_field_its_own_subgraph_still_needs_is_marked_as_used():
    composed = compose_two(
        a="interface Named { name: String } "
        + USERS.replace("type User", "type User implements Named"),
        b='type User @key(fields: "id") { id: ID! name: String @override(from: "a") }',
    )

    assert (
        "  name: String @join__field(graph: A, usedOverridden: true)"
        ' @join__field(graph: B, override: "a")'
    ) in block(composed, "User").split("\n")


def test_an_override_from_nowhere_is_only_a_hint():
    composed = compose_two(a=USERS.replace("String", 'String @override(from: "old")'))

    assert [(hint.code, hint.coordinate) for hint in composed.hints] == [
        ("FROM_SUBGRAPH_DOES_NOT_EXIST", "User.name")
    ]


@pytest.mark.parametrize(
    ("number", "choices"),
    [(1, 2), (2, 4), (3, 8), (4, 1 + 4 + 1), (20, 1 + 20 + 1)],
)
def test_choices_of_labels_are_all_looked_at_while_they_are_few(number: int, choices: int) -> None:
    fields = " ".join(f"f{index}: Int" for index in range(number))
    moved = " ".join(
        f'f{index}: Int @override(from: "a", label: "percent({index})")' for index in range(number)
    )
    composed = compose_two(
        a=f'type Query {{ t: T }} type T @key(fields: "id") {{ id: ID! {fields} }}',
        b=f'type T @key(fields: "id") {{ id: ID! {moved} }}',
    )

    labels = [labels for labels, _ in label_variants(composed.supergraph)]

    assert len(labels) == len(set(labels)) == choices
    assert labels[0] == ()
    assert len(labels[-1]) == number


def test_a_field_moves_with_its_label() -> None:
    composed = compose_two(
        a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }',
        b='type T @key(fields: "id") { id: ID! x: Int @override(from: "a", label: "percent(5)") }',
    )

    graphs = [build_join_graph(variant) for _, variant in label_variants(composed.supergraph)]

    assert [
        [graph.types["T", name].fields["x"].is_resolvable for name in ("a", "b")]
        for graph in graphs
    ] == [[True, False], [False, True]]
