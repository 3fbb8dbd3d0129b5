"""The end of a process: what is under way is answered, and whoever stays is sent elsewhere."""

import asyncio
import os
import signal
import socket
from dataclasses import replace

import httpx
import pytest

from tests.patience import SECONDS_MAX, until
from tests.unit.web.conftest import HELLO
from tests.unit.web.parts import parts_in
from tests.unit.web.socket_peer import ACK, complete_of, dialled, next_of
from web.routes import build_app
from web.serving.http_server import address_of, listen, serve_app
from web.wire.draining import Drain

FOREVER = "subscription { forever }"
SLOW = "{ slow }"
RESTART = (1012, "The server restarts: connect again")
APOLLO = "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json;q=0.9"


@pytest.fixture
def drain() -> Drain:
    return Drain()


async def test_who_comes_late_is_told_at_once_and_whoever_has_left_is_not(drain) -> None:
    told: list[str] = []

    with drain.told(lambda: told.append("early")):
        with drain.told(lambda: told.append("gone")):
            pass
        drain.begin()
        drain.begin()
        with drain.told(lambda: told.append("late")):
            await until(lambda: len(told) == 2)

    assert sorted(told) == ["early", "late"]
    await drain.wait_until_left(SECONDS_MAX)


async def test_nobody_is_waited_for_longer_than_was_said(drain) -> None:
    with drain.told(lambda: None):
        drain.begin()

        await drain.wait_until_left(0.01)


async def test_an_idle_socket_is_closed_with_1012(serve, drain) -> None:
    async with dialled(await serve(drain=drain)) as peer:
        assert await peer.init() == ACK

        drain.begin()

        assert await peer.end() == RESTART


async def test_a_socket_is_closed_when_its_queries_are_answered(serve, drain, engine) -> None:
    async with dialled(await serve(drain=drain)) as peer:
        await peer.init()
        await peer.ask(FOREVER, id="1")
        assert await peer.hear() == next_of({"forever": 0}, id="1")
        await peer.ask(SLOW, id="2")
        engine.started.clear()
        await engine.started.wait()

        drain.begin()
        await peer.tell({"type": "ping"})
        assert await peer.hear() == {"type": "pong"}
        engine.gate.set()
        heard = [await peer.hear()]
        while complete_of("2") not in heard:
            heard.append(await peer.hear())

        assert next_of({"slow": "done"}, id="2") in heard
        assert await peer.end() == RESTART


async def test_who_dials_while_the_process_ends_is_sent_elsewhere(serve, drain) -> None:
    address = await serve(drain=drain)
    drain.begin()

    async with dialled(address) as peer:
        assert await peer.end() == RESTART


@pytest.mark.parametrize("query", [FOREVER, SLOW])
async def test_an_event_stream_asks_to_come_back_and_a_query_is_completed(
    query, serve, drain, engine
) -> None:
    headers = {"accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=f"http://{await serve(drain=drain)}") as client:
        sent = {"query": query}
        async with client.stream("POST", "/graphql", json=sent, headers=headers) as answer:
            await engine.started.wait()
            drain.begin()
            if query == SLOW:
                engine.gate.set()
            text = (await answer.aread()).decode()

    if query == SLOW:
        assert text.endswith(
            'event: next\ndata: {"data":{"slow":"done"}}\n\nevent: complete\ndata:\n\n'
        )
    else:
        assert text.endswith("\n\nretry: 1000\n\n")
        assert "complete" not in text
    await drain.wait_until_left(SECONDS_MAX)


async def test_a_shared_event_stream_asks_to_come_back(serve, drain) -> None:
    async with httpx.AsyncClient(base_url=f"http://{await serve(drain=drain)}") as client:
        token = (await client.put("/graphql/stream")).text
        headers = {"x-graphql-event-stream-token": token}
        async with client.stream("GET", "/graphql/stream", headers=headers) as answer:
            drain.begin()
            text = (await answer.aread()).decode()

    assert text.endswith("retry: 1000\n\n")


async def test_a_subscription_in_parts_is_told_that_the_server_restarts(
    serve, drain, engine
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{await serve(drain=drain)}") as client:
        sent = {"json": {"query": FOREVER}, "headers": {"accept": APOLLO}}
        async with client.stream("POST", "/graphql", **sent) as answer:
            await engine.started.wait()
            await until(lambda: drain._told)
            drain.begin()
            body = await answer.aread()

    last = parts_in(body)[-1]
    assert last["payload"] is None
    assert [error["extensions"]["code"] for error in last["errors"]] == ["SERVICE_RESTARTING"]


async def test_a_process_that_drains_is_alive_and_not_ready(open_client, drain) -> None:
    client = open_client(drain=drain)
    before = await client.get("/ready")

    drain.begin()

    told, alive = await client.get("/ready"), await client.get("/health")
    assert (before.status_code, before.json()["status"]) == (200, "ready")
    assert (told.status_code, told.json()["status"]) == (503, "draining")
    assert alive.status_code == 200


async def test_a_signal_lets_the_grace_pass_and_then_ends_what_is_silent(parts, engine) -> None:
    """Answers close their connections from the signal on; what was asked is answered."""
    drain = Drain(grace_seconds=0.5)
    app = build_app(replace(parts, drain=drain), checks={})
    with listen("127.0.0.1", 0, advice="any will do") as listener:
        listener.listen()
        address = address_of(listener)
        serving = asyncio.create_task(serve_app(app, listener, drain=drain))
        async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(SECONDS_MAX):
            kept = await client.post("/graphql", json={"query": HELLO})
            slow = asyncio.create_task(client.post("/graphql", json={"query": SLOW}))
            await engine.started.wait()

            os.kill(os.getpid(), signal.SIGTERM)
            await until(lambda: drain.is_begun)
            last = await client.post("/graphql", json={"query": HELLO})
            engine.gate.set()
            answered = await slow
            await serving

    assert "connection" not in kept.headers
    assert last.headers["connection"] == "close"
    assert answered.headers["connection"] == "close"
    assert answered.json() == {"data": {"slow": "done"}}
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0
