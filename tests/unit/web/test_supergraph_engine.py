"""The engine behind a supergraph that can be replaced runs whatever the engine itself does."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from federation.compose.compose import SubgraphSource, compose
from federation.engine import GraphQLRequest
from federation.supergraph.api_schema import build_api_schema
from federation.transport.http import HttpTransport
from federation.transport.local import LocalTransport
from tests.federation.records import Data, build_subgraph
from tests.patience import PATIENT
from tests.unit.federation.transport.peers import Peer, executing, peer
from web.engines.supergraph_engine import SupergraphEngine

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",'
    ' import: ["@key", "@shareable", "@override"])\n'
)
SOURCES = {
    "media": """
        type Query { track: Track }
        type Track @key(fields: "id") { id: ID! title: String likes: Int }
    """,
    "social": """
        type Track @key(fields: "id") {
            id: ID! likes: Int @override(from: "media", label: "percent(99.99)")
        }
    """,
}
TABLES = {
    "Query": {"track": {"$ref": "Track/1"}},
    "Track": {"1": {"id": "1", "title": "One", "likes": 5}},
}


@pytest.fixture
async def served() -> AsyncIterator[tuple[SupergraphEngine, dict[str, Peer]]]:
    """The engine over two servers."""
    sources = {name: LINK + sdl for name, sdl in SOURCES.items()}
    plain = compose([SubgraphSource(name=name, sdl=sdl) for name, sdl in sources.items()]).sdl
    data = Data(TABLES, build_api_schema(plain))
    async with AsyncExitStack() as stack:
        peers = {
            name: await stack.enter_async_context(
                peer(executing(LocalTransport(build_subgraph(sdl, data))))
            )
            for name, sdl in sources.items()
        }
        urls = {name: each.url for name, each in peers.items()}
        engine = SupergraphEngine(lambda _, url: HttpTransport(url), PATIENT, urls=urls)
        stack.push_async_callback(engine.close)
        await engine.load(plain)
        yield engine, peers


async def test_what_is_deferred_comes_after_the_first_payload(
    served: tuple[SupergraphEngine, dict[str, Peer]],
) -> None:
    engine, _ = served
    request = GraphQLRequest(
        document="{ track { title ... @defer { likes } } }", rollout_key="anybody"
    )

    payloads = [each async for each in engine.execute_incrementally(request, None)]

    assert payloads[0].data == {"track": {"title": "One"}}
    assert [each.has_next for each in payloads] == [True, False]


@pytest.mark.parametrize(("rollout_key", "asked"), [("anybody", 1), (None, 0)])
async def test_the_key_of_a_rollout_reaches_the_engine(
    rollout_key: str | None, asked: int, served: tuple[SupergraphEngine, dict[str, Peer]]
) -> None:
    engine, peers = served
    request = GraphQLRequest(document="{ track { likes } }", rollout_key=rollout_key)

    response = await engine.execute(request, None)

    assert response.data == {"track": {"likes": 5}}
    assert len(peers["social"].seen) == asked
