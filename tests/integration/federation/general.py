"""A general gateway in this loop, over small subgraphs of the tests' own."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from adapters.telemetry.metrics import Metrics
from adapters.telemetry.tracing import Tracing
from federation.compose.compose import SubgraphSource, compose
from tests.fakes.server import running_server
from web.engines.supergraph_engine import SupergraphEngine
from web.engines.supergraph_file import SupergraphFile
from web.general_gateway import GatewayOptions, build_engine, build_gateway_app

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])\n'
)


@dataclass(kw_only=True)
class General:
    """The gateway, its file, and a client."""

    engine: SupergraphEngine
    file: SupergraphFile
    client: httpx.AsyncClient
    url: str

    async def post(
        self, document: str, *, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": document}, headers=headers)

    async def ask(self, document: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads((await self.post(document)).content)
        return answer


def supergraph(*sources: tuple[str, str, str]) -> str:
    """Compose name, address and SDL of each."""
    named = [SubgraphSource(name=name, url=url, sdl=LINK + sdl) for name, url, sdl in sources]
    return compose(named).sdl


def put(path: Path, text: str) -> None:
    """Replace a file in one step, so that nobody reads half of it."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


@asynccontextmanager
async def general_gateway(
    path: Path,
    options: GatewayOptions,
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
) -> AsyncIterator[General]:
    """Serve a supergraph file on a free port."""
    engine = build_engine(replace(options), metrics, tracing)
    file = SupergraphFile(path, engine, poll_seconds=0.02)
    await file.load()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.close)
        app = build_gateway_app(engine, options, metrics=metrics, tracing=tracing)
        address = await stack.enter_async_context(running_server(app))
        client = httpx.AsyncClient(base_url=f"http://{address}", timeout=60)
        await stack.enter_async_context(client)
        yield General(engine=engine, file=file, client=client, url=f"http://{address}")
