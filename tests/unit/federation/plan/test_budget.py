"""The later phases of planning stop, too, when the operation's time is spent."""

import pytest

from federation.errors import PlanningError
from federation.graph.edge import RootMove
from federation.graph.node import Node
from federation.operation.conditions import ALWAYS
from federation.operation.interface_fields import InterfaceFields
from federation.plan.budget import Budget
from federation.plan.build_fetch_graph import build_fetch_graph
from federation.plan.paths import Paths
from federation.plan.query_tree import QueryTree, build_query_tree
from federation.plan.requirements import Requirements
from federation.supergraph.model import Supergraph

SUBGRAPHS = 100
"""More than are looked at between two looks at the clock."""
PLENTY = 60.0
SPENT = -1.0


def build_tree(seconds: float) -> QueryTree:
    paths = Paths(1_000)
    roots = [paths.root(RootMove(Node("Query", f"s{number}"))) for number in range(SUBGRAPHS)]
    return build_query_tree([(root, ALWAYS) for root in roots], Budget(seconds))


def test_a_tree_is_not_built_beyond_the_time_for_planning() -> None:
    assert len(build_tree(PLENTY).roots) == SUBGRAPHS

    with pytest.raises(PlanningError) as refusal:
        build_tree(SPENT)
    assert refusal.value.code == "PLAN_TOO_COMPLEX"


def test_fetches_are_not_built_beyond_the_time_for_planning() -> None:
    tree = build_tree(PLENTY)
    nothing = Supergraph(subgraphs={}, types={})
    requirements = Requirements(nothing, InterfaceFields(nothing), {})
    assert len(build_fetch_graph(tree, requirements, Budget(PLENTY)).steps) == SUBGRAPHS

    with pytest.raises(PlanningError) as refusal:
        build_fetch_graph(tree, requirements, Budget(SPENT))
    assert refusal.value.code == "PLAN_TOO_COMPLEX"
