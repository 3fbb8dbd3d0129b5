"""Choosing: one way for each leaf, cheapest together, the same every time."""

from federation.graph.edge import EntityMove, FieldMove, RootMove
from federation.graph.node import Node
from federation.graph.requirement import read_field_set
from federation.operation.conditions import ALWAYS
from federation.operation.model import Field
from federation.plan.budget import Budget
from federation.plan.choose_paths import choose_paths
from federation.plan.paths import Paths, Step

KEY = read_field_set("id")


class Map:
    """A small world of steps: roots in subgraphs, fields, hops."""

    def __init__(self) -> None:
        self._paths = Paths(1_000)

    def root(self, subgraph: str) -> Step:
        return self._paths.root(RootMove(Node("Query", subgraph)))

    def take(self, parent: Step, name: str) -> Step:
        tail = Node("T", parent.node.subgraph)
        return self._paths.take(parent, FieldMove(name, tail), Field(name=name, key=name))

    def hop(self, parent: Step, subgraph: str) -> Step:
        move = EntityMove(Node("T", subgraph), "T", KEY, KEY)
        return self._paths.hop(parent, move, (self.take(parent, "id"),))


def chosen(*leaves: list[Step]) -> list[str]:
    ways = [[((step, ALWAYS),) for step in leaf] for leaf in leaves]
    chosen_ways = choose_paths(ways, 1_000, Budget(5))
    return [step.node.subgraph for way in chosen_ways for step, _ in way]


def test_a_leaf_goes_where_others_must_go_anyway() -> None:
    world = Map()
    in_a, in_b = (world.take(world.root(name), "t") for name in ("a", "b"))
    shared = [world.take(in_a, "title"), world.take(in_b, "title")]
    only_b = [world.take(in_b, "likes")]

    assert chosen(shared, only_b) == ["b", "b"]


def test_the_first_of_equal_ways_is_taken() -> None:
    world = Map()
    ways = [world.take(world.take(world.root(name), "t"), "title") for name in ("a", "b")]

    assert chosen(ways) == ["a"]


def test_a_dear_first_step_can_be_cheaper_in_all() -> None:
    world = Map()
    in_a = world.take(world.root("a"), "t")
    hops = {name: world.hop(in_a, name) for name in ("b", "c", "d")}
    one = [world.take(hops["b"], "x"), world.take(hops["d"], "x")]
    two = [world.take(hops["c"], "y"), world.take(hops["d"], "y")]

    assert chosen(one, two) == ["d", "d"]


def test_nothing_to_choose_is_fine() -> None:
    assert choose_paths([], 10, Budget(1)) == []
