"""Subscriptions to remote subgraphs, over both transports: events, ends, breaks, leaving."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from federation.transport.http import HttpTransport
from federation.transport.options import HttpOptions, RetryLimits
from tests.patience import SECONDS_MAX
from tests.unit.federation.transport.peers import (
    Seen,
    answering,
    http,
    peer,
    subscription,
)

RETRIES = RetryLimits(first_seconds=0.01, reconnects_max=2)
OPTIONS = HttpOptions(retries=RETRIES, response_bytes_max=1_000, socket_idle_seconds=0)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\r\n"


def next_event(value: object) -> bytes:
    return b"event: next\ndata: " + json.dumps({"data": {"a": value}}).encode() + b"\n\n"


ASKED = subscription()
COMPLETE = b"event: complete\ndata:\n\n"


def over_events(url: str, options: HttpOptions = OPTIONS, **more: Any) -> HttpTransport:
    return HttpTransport(url, options=options, subscriptions="sse", **more)


async def all_of(transport: HttpTransport) -> list[Any]:
    """Data of each event, or the codes of its errors."""
    async with asyncio.timeout(SECONDS_MAX):
        return [
            [error.get("extensions", {}).get("code") for error in event.errors] or event.data
            async for event in transport.subscribe(subscription(), None)
        ]


def streaming(*chunks: bytes) -> Any:
    """Writes chunks one after the other and closes."""

    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        for chunk in (HEAD, *chunks):
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.002)
        writer.close()

    return behave


async def test_events_come_one_by_one_until_complete() -> None:
    async with peer(streaming(b":\n\n", next_event(1), next_event(2) + COMPLETE)) as subgraph:
        transport = over_events(subgraph.url)

        events = await all_of(transport)

        assert events == [{"a": 1}, {"a": 2}]
        assert subgraph.seen[0].header("accept") == "text/event-stream"
        assert transport.connections_open == 0
        assert await subgraph.none_connected()


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_events_may_be_cut_anywhere_and_end_lines_either_way(size: int) -> None:
    text = (next_event(1) + b'data: {"data":\r\ndata: {"a":2}}\r\n\r\n' + COMPLETE) * 1
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    async with peer(streaming(*chunks)) as subgraph:
        transport = over_events(subgraph.url)

        assert await all_of(transport) == [{"a": 1}, {"a": 2}]


async def test_a_stream_that_breaks_off_is_opened_anew() -> None:
    asked = 0

    async def behave(seen: Seen, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        end = COMPLETE if asked == 3 else b""
        await streaming(next_event(asked), end)(seen, writer)

    async with peer(behave) as subgraph:
        transport = over_events(subgraph.url)

        assert await all_of(transport) == [{"a": 1}, {"a": 2}, {"a": 3}]


async def test_a_stream_that_breaks_off_too_often_ends_with_an_error() -> None:
    async with peer(streaming(next_event(1))) as subgraph:
        transport = over_events(subgraph.url)

        events = await all_of(transport)

        assert events == [{"a": 1}] * 3 + [["SUBGRAPH_UNAVAILABLE"]]
        assert len(subgraph.seen) == 3
        assert transport.connections_open == 0


async def test_a_silent_stream_counts_as_broken() -> None:
    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + next_event(1))
        await asyncio.sleep(60)

    options = HttpOptions(
        silence_seconds_max=0.5, retries=RetryLimits(first_seconds=0.01, reconnects_max=1)
    )
    async with peer(behave) as subgraph:
        transport = over_events(subgraph.url, options)

        assert await all_of(transport) == [{"a": 1}, {"a": 1}, ["SUBGRAPH_UNAVAILABLE"]]
        assert await subgraph.none_connected()


@pytest.mark.parametrize(
    ("_case", "behave", "told"),
    [
        (
            "a refusal as JSON",
            answering(http({"errors": [{"message": "no", "extensions": {"code": "NO"}}]})),
            [["NO"]],
        ),
        ("a page", answering(http("<html>")), [["SUBGRAPH_INVALID_RESPONSE"]]),
        ("an event of no JSON", streaming(b"data: {\n\n"), [["SUBGRAPH_INVALID_RESPONSE"]]),
        ("an event that is a list", streaming(b"data: []\n\n"), [["SUBGRAPH_INVALID_RESPONSE"]]),
        (
            "an event too large",
            streaming(b"data: " + b"x" * 2000 + b"\n\n"),
            [["SUBGRAPH_RESPONSE_TOO_LARGE"]],
        ),
        ("an event without end", streaming(b"x" * 2000), [["SUBGRAPH_RESPONSE_TOO_LARGE"]]),
        (
            "an event of endless lines",
            streaming(b"data: x\n" * 1000),
            [["SUBGRAPH_RESPONSE_TOO_LARGE"]],
        ),
        ("a broken server", answering(http("x", status="502 Bad")), [["SUBGRAPH_UNAVAILABLE"]]),
    ],
)
async def test_what_is_no_stream_ends_it_with_a_code(
    _case: str, behave: Any, told: list[object]
) -> None:
    async with peer(behave) as subgraph:
        transport = over_events(subgraph.url)

        assert await all_of(transport) == told
        assert await subgraph.none_connected()


async def test_a_refusal_as_json_is_told_apart_from_an_event() -> None:
    async with peer(answering(http({"errors": [{"message": "no"}]}))) as subgraph:
        [refusal] = [each async for each in over_events(subgraph.url).subscribe(ASKED, None)]
    async with peer(streaming(b'data: {"errors": [{"message": "no"}]}\n\n', COMPLETE)) as subgraph:
        [event] = [each async for each in over_events(subgraph.url).subscribe(ASKED, None)]

    assert (refusal.is_refusal, event.is_refusal) == (True, False)


async def test_who_leaves_a_stream_closes_its_connection() -> None:
    async def behave(_seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + next_event(1))
        await asyncio.sleep(60)

    async with peer(behave) as subgraph:
        transport = over_events(subgraph.url)
        events = transport.subscribe(subscription(), None)

        first = await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await events.aclose()

        assert first.data == {"a": 1}
        assert transport.connections_open == 0
        assert await subgraph.none_connected()


async def test_more_streams_than_the_bound_are_refused() -> None:
    async with peer(streaming(next_event(1))) as subgraph:
        transport = over_events(subgraph.url, HttpOptions(streams_max=1))
        first = transport.subscribe(subscription(), None)
        await anext(first)

        assert await all_of(transport) == [["SUBGRAPH_BUSY"]]
        await first.aclose()


# Over WebSocket:

Play = Callable[[ServerConnection, list[dict[str, Any]]], Any]


@asynccontextmanager
async def socket_peer(play: Play) -> AsyncIterator[tuple[str, list[dict[str, Any]]]]:
    """A server that acknowledges, takes the subscription, and then plays its part."""
    heard: list[dict[str, Any]] = []

    async def handle(socket: ServerConnection) -> None:
        for answer in ({"type": "connection_ack"}, None):
            heard.append(json.loads(await socket.recv()))
            if answer is not None:
                await tell(socket, answer)
        await play(socket, heard)

    async with serve(handle, "127.0.0.1", 0, subprotocols=["graphql-transport-ws"]) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/graphql", heard


async def tell(socket: ServerConnection, message: object) -> None:
    await socket.send(json.dumps(message))


def next_message(value: object) -> dict[str, Any]:
    return {"id": "1", "type": "next", "payload": {"data": {"a": value}}}


DONE = {"id": "1", "type": "complete"}


async def test_messages_come_one_by_one_until_complete() -> None:
    async def play(socket: ServerConnection, heard: list[dict[str, Any]]) -> None:
        await tell(socket, next_message(1))
        await tell(socket, {"type": "ping"})
        heard.append(json.loads(await socket.recv()))
        await tell(socket, {"id": "other", "type": "next", "payload": {"data": {"a": 9}}})
        await tell(socket, next_message(2))
        await tell(socket, DONE)
        await socket.wait_closed()

    async with socket_peer(play) as (url, heard):
        transport = HttpTransport(url, options=OPTIONS)

        assert await all_of(transport) == [{"a": 1}, {"a": 2}]
        assert heard == [
            {"type": "connection_init", "payload": {}},
            {
                "id": "1",
                "type": "subscribe",
                "payload": {"query": "subscription { a }", "variables": {}},
            },
            {"type": "pong"},
        ]


async def test_a_socket_that_breaks_off_is_opened_anew() -> None:
    opened = 0

    async def play(socket: ServerConnection, _heard: list[dict[str, Any]]) -> None:
        nonlocal opened
        opened += 1
        await tell(socket, next_message(opened))
        if opened == 3:
            await tell(socket, DONE)
            await socket.wait_closed()
        socket.transport.abort()

    async with socket_peer(play) as (url, _):
        transport = HttpTransport(url, options=OPTIONS)

        assert await all_of(transport) == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.parametrize(
    ("_case", "message", "told"),
    [
        (
            "an error",
            {"id": "1", "type": "error", "payload": [{"message": "no"}]},
            [[None]],
        ),
        ("a list", [], [["SUBGRAPH_INVALID_RESPONSE"]]),
        ("no type", {"id": "1"}, [["SUBGRAPH_INVALID_RESPONSE"]]),
        (
            "an answer of text",
            {"id": "1", "type": "next", "payload": "x"},
            [["SUBGRAPH_INVALID_RESPONSE"]],
        ),
        ("too much", next_message("x" * 2000), [["SUBGRAPH_RESPONSE_TOO_LARGE"]]),
    ],
)
async def test_a_message_that_ends_it(_case: str, message: object, told: list[object]) -> None:
    async def play(socket: ServerConnection, _heard: list[dict[str, Any]]) -> None:
        await tell(socket, message)
        await socket.wait_closed()

    async with socket_peer(play) as (url, _):
        transport = HttpTransport(url, options=OPTIONS)

        assert await all_of(transport) == told


async def test_a_socket_that_refuses_us_is_not_opened_again() -> None:
    opened = 0

    async def play(socket: ServerConnection, _heard: list[dict[str, Any]]) -> None:
        nonlocal opened
        opened += 1
        await socket.close(4403, "Forbidden")

    async with socket_peer(play) as (url, _):
        transport = HttpTransport(url, options=OPTIONS)

        assert await all_of(transport) == [["SUBGRAPH_INVALID_RESPONSE"]]
        assert opened == 1


async def test_a_server_without_sockets_is_told_as_such() -> None:
    async with peer(answering(http("no", status="404 Not Found"))) as subgraph:
        transport = HttpTransport(subgraph.url, options=OPTIONS)

        assert await all_of(transport) == [["SUBGRAPH_INVALID_RESPONSE"]]


async def test_who_leaves_a_socket_says_goodbye() -> None:
    left = asyncio.Event()

    async def play(socket: ServerConnection, heard: list[dict[str, Any]]) -> None:
        await tell(socket, next_message(1))
        heard.extend([json.loads(text) async for text in socket])
        left.set()

    async with socket_peer(play) as (url, heard):
        transport = HttpTransport(url, options=OPTIONS)
        events = transport.subscribe(subscription(), None)
        await anext(events)

        await events.aclose()

        async with asyncio.timeout(SECONDS_MAX):
            await left.wait()
        assert heard[-1] == {"id": "1", "type": "complete"}
