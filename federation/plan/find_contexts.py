"""Finds the objects that context arguments are filled from: the nearest ones further up."""

from collections.abc import Collection, Iterator

from federation.graph.edge import EntityMove, FieldMove, RootMove
from federation.graph.join_graph import ContextUse, JoinGraph
from federation.graph.walk import type_at
from federation.operation.model import SelectionSet
from federation.plan.paths import BoundContext, Step
from federation.plan.requirements import Requirements

VARIABLE_PREFIX = "_context_"


class ContextFinder:
    """Binds the context arguments of one operation's fields."""

    def __init__(
        self, graph: JoinGraph, requirements: Requirements, variables: Collection[str]
    ) -> None:
        self._graph = graph
        self._requirements = requirements
        self._taken = variables
        """Variables of the client."""
        self._names: dict[tuple[str, str, str], str] = {}

    def bind(self, path: Step, move: EntityMove) -> tuple[BoundContext, ...] | None:
        """What fills the arguments of the field that a move is made for; None if it is not set."""
        if move.requires is None:
            return ()
        bound: list[BoundContext] = []
        for use in type_at(self._graph, move.tail).fields[move.requires].contexts:
            found = self._find(path, use)
            if found is None:
                return None
            base, selections = found
            bound.append(BoundContext(use.argument, self._name(use), use.type, base, selections))
        return tuple(bound)

    def _find(self, path: Step, use: ContextUse) -> tuple[Step, SelectionSet] | None:
        for step in _steps_above(path):
            if use.context in self._graph.contexts.get(step.node.type_name, ()):
                base = self._first_here(step, use.context)
                selections = self._requirements.selections(base.node.type_name, use.selection)
                if selections.all_fields:
                    return base, selections
        return None

    def _first_here(self, step: Step, context: str) -> Step:
        """The step that led to the place, since others can be fetched from there."""
        while isinstance(step.move, EntityMove | RootMove) and step.parent is not None:
            if context not in self._graph.contexts.get(step.parent.node.type_name, ()):
                break
            step = step.parent
        return step

    def _name(self, use: ContextUse) -> str:
        """A variable that the client does not use; arguments filled alike share it."""
        place = (use.context, str(use.selection), use.type)
        if place not in self._names:
            name = f"{VARIABLE_PREFIX}{len(self._names)}"
            while any(taken.startswith(name) for taken in self._taken):
                name = f"_{name}"
            self._names[place] = name
        return self._names[place]


def _steps_above(path: Step) -> Iterator[Step]:
    """All steps at places above that of a step, the nearest first."""
    is_above = False
    step: Step | None = path
    while step is not None:
        if is_above:
            yield step
        is_above = is_above or isinstance(step.move, FieldMove)
        step = step.parent
