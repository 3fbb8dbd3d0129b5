"""GraphQL over server-sent events, one connection for each operation."""

import asyncio
import json

import httpx
import pytest

from tests.patience import SECONDS_MAX, until
from tests.unit.web.conftest import HELLO
from web.wire.limits import WebLimits

STREAM = {"accept": "text/event-stream"}
COMPLETE = ("complete", "")


def events_in(text: str) -> list[tuple[str, object]]:
    """Read the events of a stream; comments are left out."""
    found = []
    for block in text.split("\n\n"):
        if not block or block.startswith(":"):
            continue
        event, data = block.split("\n")
        assert event.startswith("event: ")
        assert data.startswith("data:")
        value = data.removeprefix("data:").strip()
        found.append((event.removeprefix("event: "), json.loads(value) if value else ""))
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("_case", "query", "answers"),
    [
        ("a subscription", "subscription { ticks(count: 2) }", [{"ticks": 0}, {"ticks": 1}]),
        ("a query that asks for it", HELLO, [{"hello": "world"}]),
    ],
)
async def test_an_operation_is_streamed_and_completed(
    _case, query, answers, method, client
) -> None:
    sent = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}

    answer = await client.request(method, "/graphql", headers=STREAM, **sent)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert events_in(answer.text) == [
        *(("next", {"data": data}) for data in answers),
        COMPLETE,
    ]


async def test_a_stream_that_weighs_more_is_preferred(client) -> None:
    headers = {"accept": "application/json;q=0.9, text/event-stream"}

    answer = await client.post("/graphql", json={"query": HELLO}, headers=headers)

    assert events_in(answer.text) == [("next", {"data": {"hello": "world"}}), COMPLETE]


async def test_a_mutation_by_get_is_405(client, engine) -> None:
    query = {"query": "mutation { add(amount: 1) }"}

    answer = await client.get("/graphql", params=query, headers=STREAM)

    assert answer.status_code == 405
    assert engine.total == 0


async def test_a_request_error_is_an_event(client) -> None:
    answer = await client.post("/graphql", json={"query": "{ nothing }"}, headers=STREAM)

    (kind, payload), complete = events_in(answer.text)
    (error,) = payload["errors"]
    assert answer.status_code == 200
    assert kind == "next"
    assert error["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "requestId": answer.headers["x-request-id"],
    }
    assert complete == COMPLETE


@pytest.mark.parametrize(
    ("_case", "headers", "body", "status"),
    [
        ("a bad token", {"authorization": "Bearer bad"}, b'{"query": "{ hello }"}', 401),
        ("a body that is no request", {}, b"5", 400),
        ("a body that is no JSON", {"content-type": "text/plain"}, b"{}", 415),
    ],
)
async def test_a_refusal_is_told_by_its_status(_case, headers, body, status, client) -> None:
    headers = {"content-type": "application/json", **STREAM, **headers}

    answer = await client.post("/graphql", content=body, headers=headers)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_failure_in_mid_stream_is_masked_and_completes(client) -> None:
    query = {"query": "subscription { failing }"}

    answer = await client.post("/graphql", json=query, headers=STREAM)

    first, (_kind, failed), complete = events_in(answer.text)
    assert first == ("next", {"data": {"failing": 0}})
    assert failed["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text
    assert complete == COMPLETE


async def test_a_silent_stream_is_kept_open_by_comments(serve, engine) -> None:
    address = await serve(limits=WebLimits(heartbeat_seconds=0.02))
    url, query = f"http://{address}/graphql", {"query": "subscription { forever }"}
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url, json=query, headers=STREAM) as answer,
    ):
        lines = answer.aiter_lines()

        heard = [await anext(lines) for _ in range(20)]

    events = [line for line in heard if line not in ("", ":")]
    assert events == ["event: next", 'data: {"data":{"forever":0}}']
    assert heard.count(":") >= 8


async def test_what_a_client_left_is_stopped(serve, engine) -> None:
    address = await serve()
    url, query = f"http://{address}/graphql", {"query": "subscription { forever }"}
    async with (
        httpx.AsyncClient() as client,
        client.stream("POST", url, json=query, headers=STREAM) as answer,
    ):
        await anext(answer.aiter_lines())
        await engine.started.wait()

    await until(lambda: engine.stopped == ["forever"])


async def test_a_client_that_does_not_read_loses_its_stream(parts, open_client) -> None:
    limits = WebLimits(send_seconds_max=0.05)
    never = asyncio.Event()
    sent = []

    async def receive():
        if sent:
            await never.wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message["type"])
        if len(sent) > 2:
            await never.wait()

    app = open_client(limits=limits)._transport.app
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"query=subscription%20%7B%20ticks(count%3A%205)%20%7D",
        "headers": [(b"accept", b"text/event-stream"), (b"host", b"tutti.test")],
        "scheme": "http",
        "http_version": "1.1",
        "server": ("tutti.test", 80),
        "client": ("127.0.0.1", 1),
    }

    async with asyncio.timeout(SECONDS_MAX):
        await app(scope, receive, send)

    assert sent == ["http.response.start", "http.response.body", "http.response.body"]
