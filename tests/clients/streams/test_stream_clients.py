"""Real clients read deferred parts and subscriptions over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.clients.npm import install_packages, run_script
from tests.fakes.engine import FakeEngine
from tests.fakes.server import running_server
from tests.federation.federated import build_engine
from tests.federation.test_defer import SOURCES, TABLES
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest

FOLDER = Path(__file__).parent
DEFERRED = """{
  tracks {
    __typename
    id
    length { __typename ... @defer(label: "later") { seconds } }
    ... @defer(label: "likes") { likes }
  }
}"""
WHOLE = [{"id": "1", "likes": 5}, {"id": "2", "likes": 6}]
TICKS = "subscription { ticks(count: 3) }"


@asynccontextmanager
async def nobody(_client: ClientRequest) -> AsyncIterator[None]:
    yield None


@pytest.mark.parametrize(
    ("client", "wire_format"),
    [("apollo", "older"), ("apollo", "newer"), ("urql", "older")],
    ids=["apollo-older", "apollo-newer", "urql"],
)
async def test_what_is_deferred_is_shown_first_without_and_then_whole(client, wire_format) -> None:
    install_packages()
    engine = build_engine(SOURCES, TABLES)
    parts = FrontParts(engine=engine, make_context=nobody, deferring=engine)

    async with running_server(build_app(parts, checks={})) as address:
        shown = await ask(client, address, wire_format, DEFERRED)
    engine.close()

    length = {"__typename": "Length"}
    bare = [{"__typename": "Track", "id": each["id"], "length": length} for each in WHOLE]
    assert shown[0] == {"tracks": bare}
    assert len(shown) > 1
    assert shown[-1] == {
        "tracks": [
            {"__typename": "Track", **each, "length": {**length, "seconds": 3}} for each in WHOLE
        ]
    }


@pytest.mark.parametrize("client", ["apollo", "urql"])
async def test_a_subscription_is_shown_event_by_event(client) -> None:
    install_packages()
    parts = FrontParts(engine=FakeEngine(), make_context=nobody)

    async with running_server(build_app(parts, checks={})) as address:
        shown = await ask(client, address, "older", TICKS)

    assert shown == [{"ticks": 0}, {"ticks": 1}, {"ticks": 2}]


async def ask(client: str, address: str, wire_format: str, document: str) -> Any:
    url = f"http://{address}/graphql"
    return await run_script(FOLDER, f"{client}.mjs", url, wire_format, document)
