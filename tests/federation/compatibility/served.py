"""Subgraphs behind HTTP, as `gateway.py subgraph` serves them, and how to ask one."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import orjson

from federation.transport.signing import RequestSigner, SignatureVerifier
from resolvers.context import UseCaseContext
from schema.definition import SubgraphDefinition
from tests.fakes.server import running_server
from web.subgraph_app import ToldContexts, build_subgraph_app

KEY = b"a key that only gateway and subgraphs know"
SERVICE = "query { _service { sdl } }"


@asynccontextmanager
async def serve_subgraphs(
    definitions: Iterable[SubgraphDefinition],
    base: UseCaseContext,
    *,
    is_unsigned_allowed: bool = False,
) -> AsyncIterator[dict[str, str]]:
    """Serve each on a port of its own; the addresses by name."""
    async with AsyncExitStack() as stack:
        urls: dict[str, str] = {}
        for definition in definitions:
            app = build_subgraph_app(
                definition,
                ToldContexts(base=base),
                SignatureVerifier(KEY),
                checks={},
                is_unsigned_allowed=is_unsigned_allowed,
            )
            address = await stack.enter_async_context(running_server(app))
            urls[definition.name] = f"http://{address}/graphql"
        yield urls


async def ask(
    url: str,
    document: str,
    variables: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """One signed call of nobody's, as our gateway makes it."""
    body = orjson.dumps({"query": document, "variables": variables or {}})
    signed = dict(RequestSigner(key=KEY).sign(body, b""))
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(
            url,
            content=body,
            headers={"content-type": "application/json", **(headers or {}), **signed},
        )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def entities(url: str, selections: str, *representations: Mapping[str, Any]) -> Any:
    """Ask for entities; `selections` stand in `_entities`."""
    document = (
        "query ($representations: [_Any!]!)"
        f" {{ _entities(representations: $representations) {{ {selections} }} }}"
    )
    return await ask(url, document, {"representations": list(representations)})
