"""Real clients follow several operations at a time, over each live transport."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.clients.npm import install_packages, run_script
from tests.fakes.engine import FakeEngine
from tests.fakes.server import running_server
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.wire.client_request import ClientRequest

FOLDER = Path(__file__).parent
CLIENTS = ("graphql-ws", "graphql-sse", "graphql-sse, one connection")


@asynccontextmanager
async def viewer(client: ClientRequest) -> AsyncIterator[str]:
    yield client.bearer_token or "nobody"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_client_is_told_all_answers_of_each_operation(client) -> None:
    install_packages()
    parts = FrontParts(engine=FakeEngine(), make_context=viewer, viewer_of=str)
    documents = ("subscription { ticks(count: 3) }", "{ viewer }", "subscription { failing }")

    async with running_server(build_app(parts, checks={})) as address:
        ticks, who, failing = await run_script(
            FOLDER, "live.mjs", client, address, "anna", *documents
        )

    assert ticks == [{"data": {"ticks": number}} for number in range(3)]
    assert who == [{"data": {"viewer": "anna"}}]
    first, failed = failing
    assert first == {"data": {"failing": 0}}
    errors = failed["failed"] if "failed" in failed else failed["errors"]
    assert errors[0]["extensions"]["code"] == "INTERNAL"
