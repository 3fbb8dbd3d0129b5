"""The same operations over HTTP: the same answers, and one request for each subgraph and wave."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import orjson
import pytest

from federation.engine import Engine, GraphQLRequest
from federation.supergraph.api_schema import build_api_schema
from federation.transport.http import HttpTransport
from federation.transport.local import LocalTransport
from tests.federation.federated import CASES, build_engine, compose_sources, read_case
from tests.federation.records import Data, build_subgraph
from tests.unit.federation.transport.peers import Peer, executing, peer

NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())

MEDIA = """
type Query { tracks: [Track] artist: Artist }
type Track @key(fields: "id") { id: ID! title: String artist: Artist }
type Artist @key(fields: "id") { id: ID! name: String }
"""
SOCIAL = """
type Track @key(fields: "id") { id: ID! likes: Int }
type Artist @key(fields: "id") { id: ID! followers: Int }
"""
TABLES = {
    "Query": {
        "tracks": [{"$ref": "Track/1"}, {"$ref": "Track/2"}],
        "artist": {"$ref": "Artist/2"},
    },
    "Track": {
        "1": {"id": "1", "title": "One", "artist": {"$ref": "Artist/1"}, "likes": 7},
        "2": {"id": "2", "title": "Two", "artist": {"$ref": "Artist/1"}, "likes": 8},
    },
    "Artist": {
        "1": {"id": "1", "name": "The Larks", "followers": 30},
        "2": {"id": "2", "name": "The Wrens", "followers": 40},
    },
}


@asynccontextmanager
async def remote(
    sources: Mapping[str, str], tables: Mapping[str, Any]
) -> AsyncIterator[tuple[Engine, dict[str, Peer]]]:
    """An engine whose subgraphs are all servers, and those servers."""
    data = Data(tables, build_api_schema(compose_sources(sources)))
    async with AsyncExitStack() as stack:
        peers: dict[str, Peer] = {}
        transports: dict[str, HttpTransport] = {}
        for name, source in sources.items():
            local = LocalTransport(build_subgraph(source, data))
            peers[name] = await stack.enter_async_context(peer(executing(local)))
            transports[name] = HttpTransport(peers[name].url)
            stack.push_async_callback(transports[name].close)
        yield build_engine(sources, tables, transports=transports), peers


@pytest.mark.parametrize("name", NAMES)
async def test_a_case_is_answered_over_http_with_one_request_for_each_subgraph_and_wave(
    name: str,
) -> None:
    sources, tables, operation = read_case(name)
    async with remote(sources, tables) as (engine, peers):
        prepared = await engine._operations.prepare(GraphQLRequest(document=operation))

        response = await engine.execute(GraphQLRequest(document=operation), None)

        waves = Counter(
            subgraph
            for group in prepared.plan.groups
            for subgraph, _wave in {(fetch.subgraph, fetch.wave) for fetch in group.fetches}
        )
        answer = {"data": response.data, **({"errors": response.errors} if response.errors else {})}
        assert answer == json.loads((CASES / name / "expected.json").read_text())
        for subgraph, each in peers.items():
            assert len(each.seen) <= waves[subgraph]


async def test_entities_of_several_types_and_places_go_out_in_one_request() -> None:
    document = "{ tracks { title likes artist { name followers } } artist { followers } }"
    async with remote({"media": MEDIA, "social": SOCIAL}, TABLES) as (engine, peers):
        response = await engine.execute(GraphQLRequest(document=document), None)

        assert {name: len(each.seen) for name, each in peers.items()} == {"media": 1, "social": 1}
        asked = orjson.loads(peers["social"].seen[0].body)["variables"]
        assert sorted(len(each) for each in asked.values()) == [2, 2]
        assert response.errors == []
        assert response.data == {
            "tracks": [
                {"title": "One", "likes": 7, "artist": {"name": "The Larks", "followers": 30}},
                {"title": "Two", "likes": 8, "artist": {"name": "The Larks", "followers": 30}},
            ],
            "artist": {"followers": 40},
        }
