"""Waiting for a sibling: one request less, where nobody waits."""

from dataclasses import replace

import pytest

from federation.graph.edge import EntityMove
from federation.graph.node import Node
from federation.graph.requirement import read_field_set
from federation.operation.conditions import ALWAYS
from federation.plan.fetch_graph import FetchGraph, FetchStep
from federation.plan.optimize.wait_for_sibling import wait_for_sibling
from federation.plan.paths import Step

KEY = read_field_set("id")


def step(id_: int, wave: int, *after: int, requires: str | None = "fee") -> FetchStep:
    move = EntityMove(Node("Track", "pay"), "Track", KEY, KEY, requires)
    return FetchStep(
        id=id_,
        subgraph="pay",
        path=("track",),
        type_name="Track",
        steps=(Step(None, move, None),),
        after=frozenset(after),
        wave=wave,
        condition=ALWAYS,
        requirement=KEY,
    )


@pytest.mark.parametrize(
    ("_case", "steps", "waves"),
    [
        ("what nobody reads waits", (step(1, 2), step(2, 3)), [3, 3]),
        ("what is read does not", (step(1, 2), step(2, 3), step(3, 3, 1)), [2, 3, 3]),
        ("what requires nothing waits, too", (step(1, 2, requires=None), step(2, 3)), [3, 3]),
        ("but only for a requirement", (step(1, 2), step(2, 3, requires=None)), [2, 3]),
        ("another place is no sibling", (replace(step(1, 2), path=("x",)), step(2, 3)), [2, 3]),
    ],
)
def test_waiting(_case: str, steps: tuple[FetchStep, ...], waves: list[int]) -> None:
    graph = wait_for_sibling(FetchGraph(steps=steps))

    assert [each.wave for each in graph.steps] == waves
