"""Paths through the join graph, as steps that share their beginnings.

    Query/media ─ track ─┬─ id
                         └─ ⇒ Track/social ─ likeCount        (⇒ needs: id)

A step is made once for each place, so a set of steps is a tree, and what a path would add to a
tree is the steps that are not in it yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.errors import PlanningError
from federation.graph.edge import AbstractMove, EntityMove, FieldMove, Move, RootMove
from federation.graph.node import Node
from federation.operation.conditions import Condition
from federation.operation.model import Field, SelectionSet
from federation.plan.nodes import Path

FETCH_COST = 1_000
WAVE_COST = 10
FIELD_COST = 1


@dataclass(frozen=True, slots=True)
class ResumeMove:
    """Goes on at a place of the tree that an earlier payload has delivered."""

    tail: Node
    path: Path
    part: int
    """Tells the deferred parts apart: they share nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class BoundContext:
    """A context argument, and the object further up that its value is read from."""

    argument: str
    variable: str
    type: str
    base: "Step"
    selections: SelectionSet


class Step:
    """One move on a path, and by its parents the whole path."""

    __slots__ = ("_fetch", "contexts", "cost", "field", "move", "needs", "parent", "wave")

    def __init__(
        self,
        parent: "Step | None",
        move: Move | ResumeMove,
        field: Field | None,
        needs: tuple["Step", ...] = (),
        contexts: tuple[BoundContext, ...] = (),
    ) -> None:
        self.contexts = contexts
        """For an entity move: what fills arguments of the field that it is made for."""
        self.parent = parent
        self.move = move
        self.field = field
        """For a field move: what it selects."""
        self.needs = needs
        """For an entity move: the leaves that its representation is read from."""
        begins_fetch = isinstance(move, RootMove | EntityMove)
        before = max([parent.wave if parent else 0, *(need.wave for need in needs)])
        self.wave: int = before + 1 if begins_fetch else before
        self._fetch = None if begins_fetch or parent is None else parent.fetch
        own = FETCH_COST + WAVE_COST * self.wave if begins_fetch else FIELD_COST
        self.cost: int = own + (parent.cost if parent else 0)
        for need in needs:
            self.cost += need.cost - (parent.cost if parent else 0)

    @property
    def fetch(self) -> "Step":
        """The step that begins the fetch this one is part of.

        A step that kept itself would wait for the search for garbage, and so would all it knows.
        """
        return self if self._fetch is None else self._fetch

    @property
    def node(self) -> Node:
        """Where the step leads; leaves lead nowhere."""
        tail = self.move.tail
        assert tail is not None, "nothing is walked from a leaf"
        return tail

    def __str__(self) -> str:
        before = f"{self.parent} " if self.parent else ""
        if isinstance(self.move, FieldMove):
            return f"{before}.{self.move.name}"
        if isinstance(self.move, AbstractMove):
            return f"{before}| {self.node.type_name}"
        if isinstance(self.move, EntityMove):
            return f"{before}=> {self.node} {{{self.move.requirement}}}"
        return f"{before}{self.node}"


Way = tuple[tuple[Step, Condition], ...]
"""One way to a leaf, with the condition it is wanted under; or, where leaves belong together,
the ways to all of them."""


class Paths:
    """Makes steps, each place once, and counts them against the bound."""

    def __init__(self, paths_max: int) -> None:
        self._steps: dict[tuple[object, ...], Step] = {}
        self._paths_max = paths_max

    def root(self, move: RootMove, position: int = 0) -> Step:
        """Where a path begins; `position` keeps the root fields of a mutation apart."""
        return self._intern((None, position, move), None, move, None)

    def resume(self, move: ResumeMove) -> Step:
        """Where the paths of a deferred part begin."""
        return self._intern((None, move), None, move, None)

    def take(self, parent: Step, move: FieldMove, field: Field) -> Step:
        """Select a field."""
        key = (id(parent), field.key, field.name, field.arguments)
        return self._intern(key, parent, move, field)

    def narrow(self, parent: Step, move: AbstractMove) -> Step:
        """Go on with one object type of an abstract type."""
        return self._intern((id(parent), move.tail.type_name), parent, move, None)

    def hop(
        self,
        parent: Step,
        move: EntityMove | RootMove,
        needs: Iterable[Step],
        contexts: tuple[BoundContext, ...] = (),
    ) -> Step:
        """Begin a fetch at a place in the tree."""
        return self._intern((id(parent), move), parent, move, None, tuple(needs), contexts)

    def _intern(
        self,
        key: tuple[object, ...],
        parent: Step | None,
        move: Move | ResumeMove,
        field: Field | None,
        needs: tuple[Step, ...] = (),
        contexts: tuple[BoundContext, ...] = (),
    ) -> Step:
        step = self._steps.get(key)
        if step is None:
            if len(self._steps) >= self._paths_max:
                raise PlanningError(
                    "The operation has too many possible plans.", code="PLAN_TOO_COMPLEX"
                )
            step = self._steps[key] = Step(parent, move, field, needs, contexts)
        return step


def steps_of(leaves: Iterable[Step], known: set[Step]) -> list[Step]:
    """All steps that paths and their needs are made of, beginnings first, less the known."""
    found: dict[Step, None] = {}
    waiting = list(leaves)
    while waiting:
        step = waiting.pop()
        if step in known or step in found:
            continue
        found[step] = None
        waiting.extend(step.needs)
        if step.parent is not None:
            waiting.append(step.parent)
    return list(reversed(found))
