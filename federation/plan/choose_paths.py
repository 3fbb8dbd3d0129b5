"""Chooses one way to each leaf, so that all together are as cheap as can be found."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from federation.graph.edge import EntityMove, RootMove
from federation.plan.budget import Budget
from federation.plan.paths import FETCH_COST, FIELD_COST, WAVE_COST, Step, Way, steps_of

_BATCHED_COST = 60
"""An entity fetch that shares its request with another of the same subgraph and wave."""
_DEPTH_COST = 1_500
"""One more wave: everybody waits for it, so it costs more than a request beside others."""


@dataclass(slots=True)
class _Added:
    """What one choice added to the tree."""

    leaf: int
    others: list[Way]
    """Ways to the leaf that have not been tried here."""
    steps: list[Step]
    cost: int


class _Tree:
    """The steps chosen so far and what they cost; the last choice can be taken back."""

    def __init__(self) -> None:
        self.steps: set[Step] = set()
        self.cost = 0
        self._fetches: Counter[tuple[str, int]] = Counter()
        self._waves: Counter[int] = Counter()
        self._depth = 0

    def price(self, way: Way) -> tuple[list[Step], int]:
        """What one more way would add, and at what cost."""
        begun: set[tuple[str, int]] = set()
        added = steps_of((leaf for leaf, _ in way), self.steps)
        cost = depth = 0
        for step in added:
            if not isinstance(step.move, EntityMove | RootMove):
                cost += FIELD_COST
                continue
            place = (step.node.subgraph, step.wave)
            is_batched = self._fetches[place] > 0 or place in begun
            cost += (_BATCHED_COST if is_batched else FETCH_COST) + WAVE_COST * step.wave
            begun.add(place)
            depth = max(depth, step.wave)
        return added, cost + max(0, depth - self._depth) * _DEPTH_COST

    def added_cost(self, way: Way) -> int:
        """What one more way would cost."""
        return self.price(way)[1]

    def add(self, steps: list[Step], cost: int) -> None:
        """Add what was priced."""
        self.steps.update(steps)
        self.cost += cost
        self._count(steps, 1)

    def remove(self, steps: list[Step], cost: int) -> None:
        """Take back what was added last."""
        self.steps.difference_update(steps)
        self.cost -= cost
        self._count(steps, -1)

    def _count(self, steps: Iterable[Step], change: int) -> None:
        for step in steps:
            if isinstance(step.move, EntityMove | RootMove):
                self._fetches[step.node.subgraph, step.wave] += change
                self._waves[step.wave] += change
        self._depth = max((wave for wave, count in self._waves.items() if count), default=0)


def choose_paths(leaves: Sequence[Sequence[Way]], choices_max: int, budget: Budget) -> list[Way]:
    """One way for each leaf, in the order of the leaves.

    Leaves with a single way come first, since they are paid for anyway. Then every leaf takes
    the way that adds least, and other combinations are tried while they promise less in all
    (branch and bound). Ties go to the way found first, so a plan is the same every time.
    """
    search = _Search(leaves, choices_max, budget)
    search.run()
    return [search.best[each] for each in range(len(leaves))]


class _Search:
    def __init__(self, leaves: Sequence[Sequence[Way]], choices_max: int, budget: Budget) -> None:
        self._leaves = leaves
        self._order = sorted(range(len(leaves)), key=lambda each: (len(leaves[each]) > 1, each))
        self._left = choices_max + len(leaves)
        self._budget = budget
        self._tree = _Tree()
        self._trail: list[_Added] = []
        self._chosen: dict[int, Way] = {}
        self.best: dict[int, Way] = {}
        self._best_cost = 0

    def run(self) -> None:
        """Go down leaf by leaf; at the bottom and at dead ends go back to the last choice."""
        self._descend()
        while self._trail:
            is_done = len(self._trail) == len(self._order)
            if is_done and (not self.best or self._tree.cost < self._best_cost):
                self.best, self._best_cost = dict(self._chosen), self._tree.cost
            if is_done or not self._descend():
                self._go_back()

    def _descend(self) -> bool:
        """Choose for the next leaf; False when there is none or no way can win."""
        if len(self._trail) >= len(self._order):
            return False
        leaf = self._order[len(self._trail)]
        ways = self._leaves[leaf]
        if len(ways) > 1:
            ways = sorted(ways, key=self._tree.added_cost)
        return self._enter(leaf, list(ways))

    def _enter(self, leaf: int, ways: list[Way]) -> bool:
        """Take the first way that can still win: the leaves to come cost something, too."""
        self._budget.check()
        to_come = len(self._order) - len(self._trail) - 1
        while ways:
            way = ways.pop(0)
            self._left -= 1
            steps, cost = self._tree.price(way)
            least = self._tree.cost + cost + to_come * FIELD_COST
            if not self.best or (least < self._best_cost and self._left > 0):
                self._tree.add(steps, cost)
                self._chosen[leaf] = way
                self._trail.append(_Added(leaf, ways, steps, cost))
                return True
        return False

    def _go_back(self) -> None:
        while self._trail:
            last = self._trail.pop()
            self._tree.remove(last.steps, last.cost)
            if self._left > 0 and self._enter(last.leaf, last.others):
                return


def choose_cheapest(leaves: Iterable[Sequence[Way]], known: Iterable[Step]) -> Way:
    """One way for each leaf by the least added cost, given what is paid for; all as one way."""
    tree = _Tree()
    tree.add(steps_of(known, tree.steps), 0)
    chosen: Way = ()
    for ways in leaves:
        way = min(ways, key=tree.added_cost)
        tree.add(*tree.price(way))
        chosen += way
    return chosen


def cost_of(way: Way, known: Iterable[Step]) -> int:
    """What a way costs, given what is paid for."""
    tree = _Tree()
    tree.add(steps_of(known, tree.steps), 0)
    return tree.added_cost(way)
