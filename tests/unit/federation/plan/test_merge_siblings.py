"""Merging siblings: one fetch for one place."""

from federation.graph.requirement import read_field_set
from federation.operation.conditions import ALWAYS
from federation.plan.fetch_graph import FetchGraph, FetchStep
from federation.plan.optimize.merge_siblings import merge_siblings
from federation.plan.optimize.pipeline import optimize


def step(id_: int, subgraph: str, path: str, key: str, *after: int) -> FetchStep:
    return FetchStep(
        id=id_,
        subgraph=subgraph,
        path=tuple(path.split(".")) if path else (),
        type_name="T",
        steps=(),
        after=frozenset(after),
        wave=2 if after else 1,
        condition=ALWAYS,
        requirement=read_field_set(key) if key else None,
    )


GRAPH = FetchGraph(
    steps=(
        step(0, "media", "", ""),
        step(1, "social", "track", "id", 0),
        step(2, "social", "track", "id", 0),
        step(3, "social", "track", "isrc", 0),
        step(4, "social", "album", "id", 0),
        step(5, "users", "track", "id", 2),
    )
)


def test_two_visits_to_one_place_become_one() -> None:
    merged = merge_siblings(GRAPH)

    assert str(merged) == (
        "0: media at $ T\n"
        "1: social at track T by {id} after [0]\n"
        "3: social at track T by {isrc} after [0]\n"
        "4: social at album T by {id} after [0]\n"
        "5: users at track T by {id} after [1]"
    )


def test_the_pipeline_ends_when_nothing_changes() -> None:
    assert str(optimize(GRAPH)) == str(merge_siblings(GRAPH))
