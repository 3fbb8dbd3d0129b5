"""Every way in which a client can ask a served front, by one signature."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.patience import SECONDS_MAX

JSON = "application/json"
Answer = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An operation, under which name the front knows it, and who asks."""

    name: str
    document: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_headers(self) -> dict[str, str]:
        """What is sent beside the body."""
        credentials = {} if self.token is None else {"authorization": f"Bearer {self.token}"}
        return {**credentials, **self.headers}


Way = Callable[[str, Asked], Awaitable[Answer]]
"""(address, asked) → the first answer; a refused socket answers with its close code."""


async def _send(
    address: str, asked: Asked, method: str, path: str = "/graphql", **sent: Any
) -> Answer:
    headers = {"accept": JSON, **asked.all_headers}
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=SECONDS_MAX) as client:
        answer = await client.request(method, path, headers=headers, **sent)
    told: Answer = answer.json()
    return told


def _variables_in_query(asked: Asked) -> dict[str, str]:
    return {"variables": json.dumps(asked.variables)}


async def _by_post(address: str, asked: Asked) -> Answer:
    body = {"query": asked.document, "variables": asked.variables}
    return await _send(address, asked, "POST", json=body)


async def _by_get(address: str, asked: Asked) -> Answer:
    params = {"query": asked.document, **_variables_in_query(asked)}
    return await _send(address, asked, "GET", params=params)


async def _by_id(address: str, asked: Asked) -> Answer:
    body = {"documentId": asked.name, "variables": asked.variables}
    return await _send(address, asked, "POST", json=body)


async def _by_path(address: str, asked: Asked) -> Answer:
    path, params = f"/graphql/o/{asked.name}", _variables_in_query(asked)
    return await _send(address, asked, "GET", path, params=params)


async def _by_hash(address: str, asked: Asked) -> Answer:
    digest = hashlib.sha256(asked.document.encode()).hexdigest()
    body = {
        "query": asked.document,
        "variables": asked.variables,
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}},
    }
    return await _send(address, asked, "POST", json=body)


async def _over_events(address: str, asked: Asked) -> Answer:
    """By server-sent events; a refusal before them is an answer like any other."""
    body = {"query": asked.document, "variables": asked.variables}
    headers = {**asked.all_headers, "accept": "text/event-stream"}
    async with (
        httpx.AsyncClient(base_url=f"http://{address}", timeout=SECONDS_MAX) as client,
        client.stream("POST", "/graphql", json=body, headers=headers) as answer,
    ):
        if not answer.headers["content-type"].startswith("text/event-stream"):
            refused: Answer = json.loads(await answer.aread())
            return refused
        return await _first_event(answer)


async def _over_shared_events(address: str, asked: Asked) -> Answer:
    """By server-sent events that operations share: reserve, open, add one."""
    path = "/graphql/stream"
    extensions = {"operationId": "1"}
    body = {"query": asked.document, "variables": asked.variables, "extensions": extensions}
    async with httpx.AsyncClient(
        base_url=f"http://{address}", timeout=SECONDS_MAX, headers=asked.all_headers
    ) as client:
        reserved = await client.put(path)
        if reserved.status_code != httpx.codes.CREATED:
            return dict(reserved.json())
        client.headers["x-graphql-event-stream-token"] = reserved.text
        async with client.stream("GET", path) as answer:
            added = await client.post(path, json=body)
            if added.status_code != httpx.codes.ACCEPTED:
                return dict(added.json())
            told: Answer = (await _first_event(answer))["payload"]
            return told


async def _first_event(answer: httpx.Response) -> Answer:
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            told: Answer = json.loads(line.removeprefix("data: "))
            return told
    raise AssertionError("the stream told nothing")


async def _over_socket(address: str, asked: Asked, **payload: Any) -> Answer:
    asks = payload or {"query": asked.document}
    async with (
        asyncio.timeout(SECONDS_MAX),
        connect(
            f"ws://{address}/graphql",
            subprotocols=["graphql-transport-ws"],
            additional_headers=dict(asked.headers),
            close_timeout=1,
        ) as socket,
    ):
        init = {"type": "connection_init", "payload": asked.all_headers}
        await socket.send(json.dumps(init))
        try:
            assert json.loads(await socket.recv()) == {"type": "connection_ack"}
        except ConnectionClosed:
            return {"closed": socket.close_code}
        request = {**asks, "variables": asked.variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": request}))
        message = json.loads(await socket.recv())
    told: Any = message["payload"]
    return {"errors": told} if message["type"] == "error" else told


async def _over_socket_by_id(address: str, asked: Asked) -> Answer:
    return await _over_socket(address, asked, documentId=asked.name)


WAYS: dict[str, Way] = {
    "post": _by_post,
    "get": _by_get,
    "id": _by_id,
    "path": _by_path,
    "hash": _by_hash,
    "events": _over_events,
    "shared-events": _over_shared_events,
    "socket": _over_socket,
    "socket-id": _over_socket_by_id,
}


def codes_of(answer: Answer) -> list[str]:
    """The codes of its errors."""
    return [each["extensions"]["code"] for each in answer.get("errors", ())]
