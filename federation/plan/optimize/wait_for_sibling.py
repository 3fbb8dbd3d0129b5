"""Lets a fetch that nobody waits for share the later request of its sibling."""

from dataclasses import replace

from federation.graph.edge import EntityMove
from federation.plan.fetch_graph import FetchGraph, FetchStep


def wait_for_sibling(graph: FetchGraph) -> FetchGraph:
    """Move steps that nobody reads to the wave of a later one with a requirement.

        wave 2  pay at track by {id}        {fee}          nobody reads it
        wave 3  pay at track by {id rank}   {bonus}
    becomes one request in wave 3: one less, and the whole takes no longer.
    """
    awaited = {before for step in graph.steps for before in step.after}
    last: dict[tuple[object, ...], int] = {}
    for step in graph.steps:
        if _has_requirement(step):
            last[_place(step)] = max(step.wave, last.get(_place(step), 0))
    return FetchGraph(
        steps=tuple(
            replace(step, wave=last[_place(step)])
            if step.id not in awaited and step.wave < last.get(_place(step), 0)
            else step
            for step in graph.steps
        )
    )


def _place(step: FetchStep) -> tuple[object, ...]:
    return (step.subgraph, step.path, step.type_name)


def _has_requirement(step: FetchStep) -> bool:
    moves = (each.move for each in step.steps)
    return any(isinstance(move, EntityMove) and move.requires is not None for move in moves)
