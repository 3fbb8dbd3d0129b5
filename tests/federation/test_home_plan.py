"""The plans of the operations that a front end uses stay small."""

from collections import Counter
from pathlib import Path

import pytest

from federation.engine import Engine, GraphQLRequest
from tests.patience import PATIENT

SUPERGRAPH = Path("schema/sdl/supergraph.graphql")
OPERATIONS = sorted(Path("examples/operations").glob("*.graphql"))


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
async def test_no_subgraph_is_asked_twice_in_one_wave(path: Path) -> None:
    engine = Engine(SUPERGRAPH.read_text(), {}, PATIENT)

    prepared = await engine._operations.prepare(GraphQLRequest(document=path.read_text()))

    for group in prepared.plan.groups:
        requests = Counter((fetch.subgraph, fetch.wave) for fetch in group.fetches)
        assert set(requests.values()) <= {1}


async def test_the_front_page_spans_six_subgraphs_in_three_waves() -> None:
    engine = Engine(SUPERGRAPH.read_text(), {}, PATIENT)
    document = Path("examples/operations/home.graphql").read_text()

    prepared = await engine._operations.prepare(GraphQLRequest(document=document))

    (group,) = prepared.plan.groups
    assert len({fetch.subgraph for fetch in group.fetches}) == 6
    assert max(fetch.wave for fetch in group.fetches) <= 3
