"""The query tree: chosen paths merged, each step with the condition it is needed under."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from federation.graph.edge import EntityMove, RootMove
from federation.operation.conditions import ALWAYS, Condition, either, print_condition
from federation.plan.budget import Budget
from federation.plan.paths import Step


@dataclass(slots=True)
class QueryTree:
    """Steps with their children, and when each is needed."""

    roots: list[Step] = field(default_factory=list)
    children: dict[Step, list[Step]] = field(default_factory=dict)
    conditions: dict[Step, Condition] = field(default_factory=dict)

    def fetch_steps(self) -> list[Step]:
        """The steps that begin a fetch, what they need first."""
        return [step for step in self.conditions if isinstance(step.move, EntityMove | RootMove)]

    def __str__(self) -> str:
        lines: list[str] = []
        for root in self.roots:
            self._print(root, 0, lines)
        return "\n".join(lines)

    def _print(self, step: Step, depth: int, lines: list[str]) -> None:
        condition = self.conditions[step]
        when = "" if condition == ALWAYS else f" if {print_condition(condition)}"
        shown = Step(None, step.move, step.field)
        lines.append(f"{'  ' * depth}{shown}{when}")
        for child in self.children.get(step, ()):
            self._print(child, depth + 1, lines)


def build_query_tree(chosen: Sequence[tuple[Step, Condition]], budget: Budget) -> QueryTree:
    """Merge the paths to all leaves, and to everything they need.

    Raises:
        PlanningError: the time for planning is spent.
    """
    tree = QueryTree()
    for leaf, condition in chosen:
        _add(tree, leaf, condition, budget)
    return tree


def _add(tree: QueryTree, leaf: Step, condition: Condition, budget: Budget) -> None:
    """Add a path with its needs; a step already needed under this condition ends the walk."""
    budget.check()
    line: list[Step] = []
    step: Step | None = leaf
    while step is not None:
        line.append(step)
        step = step.parent
    for each in reversed(line):
        known = tree.conditions.get(each)
        wider = condition if known is None else either(known, condition)
        if known == wider:
            continue
        for need in each.needs:
            _add(tree, need, condition, budget)
        if known is None:
            if each.parent is None:
                tree.roots.append(each)
            else:
                tree.children.setdefault(each.parent, []).append(each)
        tree.conditions[each] = wider
