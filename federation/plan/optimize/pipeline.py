"""The order of the passes over a fetch graph."""

from federation.plan.fetch_graph import FetchGraph
from federation.plan.optimize.merge_siblings import merge_siblings
from federation.plan.optimize.wait_for_sibling import wait_for_sibling

_ROUNDS_MAX = 10


def optimize(graph: FetchGraph) -> FetchGraph:
    """Run the passes until nothing changes any more."""
    for _ in range(_ROUNDS_MAX):
        smaller = wait_for_sibling(merge_siblings(graph))
        if smaller == graph:
            return smaller
        graph = smaller
    return graph
