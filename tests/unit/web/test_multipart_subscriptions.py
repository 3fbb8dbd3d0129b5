"""Subscriptions over HTTP in parts, as Apollo's clients read them."""

import asyncio

import httpx
import pytest

from tests.patience import until
from tests.unit.web.conftest import HELLO
from tests.unit.web.parts import parts_in
from web.wire.limits import WebLimits

APOLLO = {
    "accept": "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,"
    "application/graphql-response+json,application/json;q=0.9"
}


async def test_each_event_is_a_payload(client) -> None:
    query = {"query": "subscription { ticks(count: 2) }"}

    answer = await client.post("/graphql", json=query, headers=APOLLO)

    expected = 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0'
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert parts_in(answer.content) == [
        {"payload": {"data": {"ticks": 0}}},
        {"payload": {"data": {"ticks": 1}}},
    ]


async def test_a_query_of_the_same_client_is_one_answer(client) -> None:
    answer = await client.post("/graphql", json={"query": HELLO}, headers=APOLLO)

    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert answer.json() == {"data": {"hello": "world"}}


async def test_a_failure_in_mid_stream_is_masked_and_ends_it(client) -> None:
    query = {"query": "subscription { failing }"}

    answer = await client.post("/graphql", json=query, headers=APOLLO)

    first, last = parts_in(answer.content)
    assert first == {"payload": {"data": {"failing": 0}}}
    assert last["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("_case", "headers", "query", "status"),
    [
        ("a bad token", {"authorization": "Bearer bad"}, "subscription { forever }", 401),
        ("no operation", {}, "", 400),
    ],
)
async def test_a_refusal_is_told_by_its_status(_case, headers, query, status, client) -> None:
    answer = await client.post("/graphql", json={"query": query}, headers={**APOLLO, **headers})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/graphql-response+json")


async def test_a_silent_stream_is_kept_open_by_empty_parts(serve, engine) -> None:
    address = await serve(limits=WebLimits(heartbeat_seconds=0.02))
    url, query = f"http://{address}/graphql", {"query": "subscription { forever }"}
    heard = b""
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url, json=query, headers=APOLLO) as answer,
    ):
        async for chunk in answer.aiter_bytes():
            heard += chunk
            if heard.count(b"\r\n\r\n{}\r\n--graphql") >= 3:
                break

    assert parts_in(heard + b"--\r\n")[0] == {"payload": {"data": {"forever": 0}}}
    await until(lambda: engine.stopped == ["forever"])


async def test_a_client_that_does_not_read_loses_its_stream(open_client, engine) -> None:
    limits = WebLimits(send_seconds_max=0.05)
    app = open_client(limits=limits)._transport.app
    sent: list[str] = []
    never = asyncio.Event()

    async def receive():
        if sent:
            await never.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message["type"])
        if len(sent) > 2:
            await never.wait()

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/graphql",
        "query_string": b"query=subscription%20%7B%20forever%20%7D",
        "headers": [(b"accept", b"multipart/mixed;subscriptionSpec=1.0")],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
    }

    await app(scope, receive, send)

    assert sent == ["http.response.start", "http.response.body", "http.response.body"]
    assert engine.stopped == ["forever"]
