"""Joins fetches that ask one subgraph for the same entities at the same place."""

from dataclasses import replace

from federation.operation.conditions import either
from federation.plan.fetch_graph import FetchGraph, FetchStep


def merge_siblings(graph: FetchGraph) -> FetchGraph:
    """Join steps with the same subgraph, path and representation.

        0 media ─┬─ 1 social at track by {id}     {likeCount}
                 └─ 2 social at track by {id}     {comments}
    becomes
        0 media ─── 1 social at track by {id}     {likeCount comments}
    """
    kept: dict[tuple[object, ...], FetchStep] = {}
    new_id: dict[int, int] = {}
    for step in graph.steps:
        after = frozenset(new_id[before] for before in step.after)
        entity = (step.type_name, step.requirement, step.contexts)
        place = (step.subgraph, step.path, entity, step.wave)
        first = kept.get(place)
        if first is None:
            kept[place] = replace(step, after=after)
            new_id[step.id] = step.id
            continue
        new_id[step.id] = first.id
        kept[place] = replace(
            first,
            after=first.after | after,
            steps=first.steps + step.steps,
            condition=either(first.condition, step.condition),
        )
    return FetchGraph(steps=tuple(kept.values()))
