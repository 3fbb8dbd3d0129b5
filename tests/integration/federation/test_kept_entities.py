"""A general gateway keeps entities of remote subgraphs, as the schema and they themselves allow."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from federation.compose.compose import SubgraphSource, compose
from tests.integration.federation.general import general_gateway
from tests.integration.federation.test_general_gateway import likes_of
from tests.unit.federation.compose.composing import LINK
from tests.unit.federation.transport.peers import Behave, Peer, Seen, answering, http, peer
from tests.unit.web.test_entity_caching import HINT
from web.general_gateway import GatewayOptions, build_engine

MEDIA = """type Query { track: Track @cacheControl(maxAge: 600) }
type Track @key(fields: "id") @cacheControl(maxAge: 600) { id: ID! title: String }"""
SOCIAL = """type Track @key(fields: "id") {
  id: ID!
  likes: Int @cacheControl(maxAge: 600)
  liked: Int @cacheControl(scope: PRIVATE)
}"""
TRACK = {"data": {"track": {"id": "1", "title": "One", "__typename": "Track"}}}
OPTIONS = GatewayOptions(fetch_seconds_max=30.0, cache_bytes=1024 * 1024, forwarded=["x-tenant"])
LIKES = "{ track { likes } }"


def saying(headers: str = "", **more: Any) -> Behave:
    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> None:
        body = json.dumps({**likes_of(seen), **more}).replace('"likes"', '"liked": 1, "likes"')
        writer.write(http(body, headers=headers))

    return behave


async def asked(path: Path, social: Peer, *requests: dict[str, str], query: str = LIKES) -> int:
    """How often the second subgraph was asked for requests with these headers."""
    async with peer(answering(http(TRACK))) as media:
        sources = (("media", media.url, MEDIA), ("social", social.url, SOCIAL))
        named = [SubgraphSource(name=n, url=u, sdl=LINK + HINT + sdl) for n, u, sdl in sources]
        path.write_text(compose(named).sdl)
        async with general_gateway(path, OPTIONS) as gateway:
            for headers in requests:
                answer = await gateway.post(query, headers=headers)
                assert answer.json()["data"]["track"].popitem()[1] is not None
                assert answer.headers["cache-control"] == "no-store"
    return len(social.seen)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "supergraph.graphql"


ANN, BEN = {"authorization": "Bearer ann"}, {"authorization": "Bearer ben"}


@pytest.mark.parametrize(
    ("headers", "requests", "count"),
    [
        ("", [{}, {}, {}], 1),
        ("cache-control: public, max-age=60\r\n", [{}, {}], 1),
        ("cache-control: max-age=60\r\n", [{}, {}], 1),
        ("cache-control: no-store\r\n", [{}, {}], 2),
        ("cache-control: private, max-age=60\r\n", [{}, {}], 2),
        ("", [{}, ANN, ANN, BEN], 4),
        ("", [{"x-tenant": "red"}, {"x-tenant": "blue"}, {}, {"x-tenant": "red"}], 3),
        ("", [{"accept-language": "en"}, {"accept-language": "de"}], 2),
    ],
)
async def test_an_entity_is_kept_for_those_whom_the_subgraph_would_tell_the_same(
    headers: str, requests: list[dict[str, str]], count: int, path: Path
) -> None:
    async with peer(saying(headers)) as social:
        assert await asked(path, social, *requests) == count


async def test_what_is_of_the_viewer_or_came_with_an_error_is_not_kept(path: Path) -> None:
    async with peer(saying()) as social:
        assert await asked(path, social, {}, {}, query="{ track { liked } }") == 2
    async with peer(saying(errors=[{"message": "half"}])) as social:
        assert await asked(path, social, {}, {}) == 2


def test_headers_that_come_back_are_not_kept_and_so_exclude_it() -> None:
    with pytest.raises(ValueError, match="exclude each other"):
        build_engine(GatewayOptions(cache_bytes=1, returned=["x-cost"]))
