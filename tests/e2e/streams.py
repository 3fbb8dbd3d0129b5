"""Subscriptions over both transports, as clients see them."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import websockets

from tests.patience import SECONDS_MAX

Answer = dict[str, Any]
NextEvent = Callable[[], Awaitable[Answer | None]]
"""The next answer; None when the subscription has ended."""
Follow = Callable[[str, str, Mapping[str, Any], str], AbstractAsyncContextManager[NextEvent]]
"""(url, document, variables, token) → the events."""


@asynccontextmanager
async def follow_events(
    url: str, document: str, variables: Mapping[str, Any], token: str
) -> AsyncIterator[NextEvent]:
    """Over server-sent events."""
    headers = {"accept": "text/event-stream", "authorization": f"Bearer {token}"}
    body = {"query": document, "variables": dict(variables)}
    async with (
        httpx.AsyncClient(timeout=SECONDS_MAX) as client,
        client.stream("POST", f"{url}/graphql", json=body, headers=headers) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.aiter_lines()

        async def next_event() -> Answer | None:
            name = ""
            async with asyncio.timeout(SECONDS_MAX):
                async for line in lines:
                    field, _, value = line.partition(":")
                    if field == "event":
                        name = value.strip()
                    elif field == "data":
                        return None if name == "complete" else json.loads(value)
            raise AssertionError("the stream ended without `complete`")

        yield next_event


@asynccontextmanager
async def follow_socket(
    url: str, document: str, variables: Mapping[str, Any], token: str
) -> AsyncIterator[NextEvent]:
    """Over graphql-transport-ws."""
    address = url.replace("http://", "ws://") + "/graphql"
    protocol = websockets.Subprotocol("graphql-transport-ws")
    async with websockets.connect(
        address, subprotocols=[protocol], open_timeout=SECONDS_MAX
    ) as socket:
        credentials = {"authorization": f"Bearer {token}"}
        await socket.send(json.dumps({"type": "connection_init", "payload": credentials}))
        assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        payload = {"query": document, "variables": dict(variables)}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))

        async def next_event() -> Answer | None:
            async with asyncio.timeout(SECONDS_MAX):
                message = json.loads(await socket.recv())
            if message["type"] == "error":
                return {"errors": message["payload"]}
            return None if message["type"] == "complete" else message["payload"]

        yield next_event


@asynccontextmanager
async def follow_shared_stream(
    url: str, document: str, variables: Mapping[str, Any], token: str
) -> AsyncIterator[NextEvent]:
    """Over an event stream that other operations could share."""
    address, headers = f"{url}/graphql/stream", {"authorization": f"Bearer {token}"}
    extensions = {"operationId": "1"}
    body = {"query": document, "variables": dict(variables), "extensions": extensions}
    async with httpx.AsyncClient(timeout=SECONDS_MAX, headers=headers) as client:
        reserved = await client.put(address)
        client.headers["x-graphql-event-stream-token"] = reserved.text
        async with client.stream("GET", address) as response:
            added = await client.post(address, json=body)
            assert added.status_code == 202
            lines = response.aiter_lines()

            async def next_event() -> Answer | None:
                async for line in lines:
                    name, _, value = line.partition(": ")
                    if name == "data":
                        told: Answer | None = json.loads(value).get("payload")
                        return told
                raise AssertionError("the stream ended")

            yield next_event


FOLLOW: dict[str, Follow] = {"sse": follow_events, "websocket": follow_socket}
