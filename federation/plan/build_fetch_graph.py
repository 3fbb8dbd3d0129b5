"""Cuts the query tree into fetches."""

from federation.graph.edge import AbstractMove, EntityMove, FieldMove
from federation.graph.requirement import FieldSet
from federation.operation.model import Field, SelectionSet
from federation.plan.budget import Budget
from federation.plan.fetch_graph import FetchGraph, FetchStep
from federation.plan.nodes import (
    LIST,
    ContextValue,
    OnlyTypes,
    Path,
    Projection,
    Segment,
    print_path,
)
from federation.plan.paths import BoundContext, ResumeMove, Step
from federation.plan.query_tree import QueryTree
from federation.plan.requirements import Requirements


def build_fetch_graph(tree: QueryTree, requirements: Requirements, budget: Budget) -> FetchGraph:
    """One fetch for each step that begins one; needs come before what needs them.

    Raises:
        PlanningError: the time for planning is spent.
    """
    ids: dict[Step, int] = {}
    steps: list[FetchStep] = []
    for step in tree.fetch_steps():
        budget.check()
        ids[step] = len(ids)
        before = {need.fetch for need in step.needs}
        if step.parent is not None and not isinstance(step.parent.move, ResumeMove):
            before.add(step.parent.fetch)
        entity = step.move if isinstance(step.move, EntityMove) else None
        steps.append(
            FetchStep(
                id=ids[step],
                subgraph=step.node.subgraph,
                path=path_of(step),
                type_name=entity.type_name if entity else step.node.type_name,
                steps=(step,),
                after=frozenset(ids[each] for each in before),
                wave=step.wave,
                condition=tree.conditions[step],
                requirement=entity.requirement if entity else None,
                projection=_project_entity(step, entity, requirements) if entity else (),
                contexts=tuple(map(_context_value, step.contexts)),
            )
        )
    return FetchGraph(steps=tuple(steps))


def _context_value(bound: BoundContext) -> ContextValue:
    path = path_of(bound.base)
    fields = project(bound.selections.fields, None)
    variants = tuple(
        (variant.type_name, project(variant.fields, None)) for variant in bound.selections.variants
    )
    return ContextValue(
        variable=bound.variable,
        type=bound.type,
        depth=len(path),
        projection=Projection(name="", key="", is_key=False, fields=fields, variants=variants),
        source=print_path(path) or "$",
    )


def path_of(step: Step) -> Path:
    """Where in the response a step stands."""
    segments: list[Segment] = []
    at: Step | None = step
    while at is not None:
        if isinstance(at.move, FieldMove):
            assert at.field is not None, "a field move has a field"
            segments += [LIST] * at.move.list_depth
            segments.append(at.field.key)
        elif isinstance(at.move, AbstractMove):
            segments.append(OnlyTypes(names=frozenset({at.move.tail.type_name})))
        elif isinstance(at.move, ResumeMove):
            segments += reversed(at.move.path)
        at = at.parent
    return tuple(reversed(segments))


def _project_entity(
    step: Step, move: EntityMove, requirements: Requirements
) -> tuple[Projection, ...]:
    assert step.parent is not None, "entities are fetched for something"
    selections = requirements.selections(step.parent.node.type_name, move.requirement)
    return project(selections.fields, move.key)


def project(fields: tuple[Field, ...], key: FieldSet | None) -> tuple[Projection, ...]:
    """How the fields of a representation are read; `key` says which must not be null."""
    return tuple(_project_field(field, key) for field in fields)


def _project_field(field: Field, key: FieldSet | None) -> Projection:
    part = key.find(field.name) if key else None
    is_key = part is not None and part.arguments == field.arguments
    inner: SelectionSet | None = field.selections
    if inner is None:
        return Projection(name=field.name, key=field.key, is_key=is_key)
    return Projection(
        name=field.name,
        key=field.key,
        is_key=is_key,
        fields=project(inner.fields, part.selections if part else None),
        variants=tuple(
            (variant.type_name, project(variant.fields, None)) for variant in inner.variants
        ),
    )
