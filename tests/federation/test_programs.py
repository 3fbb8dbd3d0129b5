"""Every request of every example operation is compiled: none of ours is left to graphql-core."""

from pathlib import Path

import pytest

from federation.engine import Engine
from subgraphs.registry import SUBGRAPHS
from web.engines.local_transports import local_transports

ENGINE = Engine(Path("schema/sdl/supergraph.graphql").read_text(), {})
TRANSPORTS = local_transports(SUBGRAPHS)
OPERATIONS = sorted(Path("examples/operations").glob("*.graphql"))


@pytest.mark.parametrize("path", OPERATIONS, ids=lambda path: path.stem)
async def test_each_request_of_an_example_has_a_program(path: Path) -> None:
    fetches = ENGINE.describe_plan(path.read_text())["fetches"]

    sources = [await TRANSPORTS[each["subgraph"]].source(each["operation"]) for each in fetches]

    assert all("def level_0(" in source for source in sources)
