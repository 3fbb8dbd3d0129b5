"""Subscriptions through a gateway to a subgraph, both ends of the line in the test's hands.

What is checked is what the 24 graphql-transport-ws scenarios of speedtrap (wundergraph/cosmo)
check, in words of our own. Where the gateway does otherwise the test says so: forwarded headers
stand in `connection_init` too, and a broken line is opened anew before the client hears of it.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from federation.transport import websocket
from tests.e2e.streams import follow_events
from tests.integration.federation.general import general_gateway, supergraph
from tests.patience import SECONDS_MAX
from tests.unit.web.socket_peer import Peer, complete_of, dialled, next_of
from web.endpoint.graphql_ws import PROTOCOL
from web.general_gateway import GatewayOptions

SDL = """
scalar Json
type Query { nothing: Boolean }
type Subscription { ticker(key: String): Tick }
type Tick { key: String price: Json }
"""
TICKER = "subscription ($key: String) { ticker(key: $key) { key price } }"


class Line:
    """The subgraph's end of one socket."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.init: dict[str, Any] = {}

    @property
    def headers(self) -> Any:
        """Those of the handshake."""
        assert self.socket.request is not None
        return self.socket.request.headers

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(SECONDS_MAX):
            told: dict[str, Any] = json.loads(await self.socket.recv())
        return told

    async def tell(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def begin(self) -> dict[str, Any]:
        """Acknowledge; the message that subscribes."""
        self.init = await self.hear()
        assert self.init["type"] == "connection_init"
        await self.tell(type="connection_ack")
        subscribe = await self.hear()
        assert subscribe["type"] == "subscribe"
        return subscribe

    async def tick(self, subscribe: dict[str, Any], price: Any) -> Any:
        """Tell one event; its data."""
        data = {"ticker": {"key": subscribe["payload"]["variables"].get("key"), "price": price}}
        await self.tell(id=subscribe["id"], type="next", payload={"data": data})
        return data

    async def is_left(self) -> bool:
        """Whether the gateway says that it is done, or goes."""
        try:
            return (await self.hear())["type"] == "complete"
        except ConnectionClosed:
            return True


class Subgraph:
    """Waits for the gateway's sockets."""

    def __init__(self) -> None:
        self.lines: asyncio.Queue[Line] = asyncio.Queue()

    async def answer(self, socket: ServerConnection) -> None:
        self.lines.put_nowait(Line(socket))
        await socket.wait_closed()

    async def line(self) -> Line:
        """The next socket of the gateway."""
        async with asyncio.timeout(SECONDS_MAX):
            return await self.lines.get()


class Wire:
    """A gateway between clients and a subgraph."""

    def __init__(self, url: str, subgraph: Subgraph, stack: AsyncExitStack) -> None:
        self.url = url
        self.subgraph = subgraph
        self._address = url.removeprefix("http://")
        self._stack = stack

    async def client(self, *, headers: dict[str, str] | None = None, **payload: str) -> Peer:
        """A client that was acknowledged."""
        peer = await self.stranger(headers=headers)
        assert await peer.init(**payload) == {"type": "connection_ack"}
        return peer

    async def stranger(self, *, headers: dict[str, str] | None = None) -> Peer:
        """A client that has said nothing yet."""
        dialling = dialled(self._address, additional_headers=headers or {})
        return await self._stack.enter_async_context(dialling)

    async def subscribed(
        self,
        client: Peer,
        *,
        id: str = "1",  # noqa: A002
        key: str = "k",
        on: Line | None = None,
    ) -> Any:
        """Subscribe, on a line that stands or a new one; the line and what it was asked."""
        await client.ask(TICKER, id=id, variables={"key": key})
        if on is not None:
            return on, await on.hear()
        line = await self.subgraph.line()
        return line, await line.begin()

    async def two(self, client: Peer) -> tuple[Line, dict[str, Any]]:
        """Subscribe as `a` and as `b`; their line, and what it was asked by id."""
        line, first = await self.subscribed(client, id="a", key="a")
        _, second = await self.subscribed(client, id="b", key="b", on=line)
        return line, {"a": first, "b": second}


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Wire]:
    async with AsyncExitStack() as stack:
        subgraph = Subgraph()
        server = await stack.enter_async_context(
            serve(subgraph.answer, "127.0.0.1", 0, subprotocols=[PROTOCOL], close_timeout=0.2)
        )
        port = next(iter(server.sockets)).getsockname()[1]
        path = folder / "supergraph.graphql"
        path.write_text(supergraph(("ticks", f"http://127.0.0.1:{port}/graphql", SDL)))
        options = GatewayOptions(forwarded=["x-custom-trace"])
        gateway = await stack.enter_async_context(general_gateway(path, options))
        yield Wire(gateway.url, subgraph, stack)


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[Wire]:
    async with opened(tmp_path) as wire:
        yield wire


# --- the beginning


async def test_a_second_init_closes_with_4429(wire: Wire) -> None:
    client = await wire.client()

    await client.tell({"type": "connection_init"})

    assert await client.end() == (4429, "Too many initialisation requests")


async def test_a_subscription_before_the_init_closes_with_4401(wire: Wire) -> None:
    client = await wire.stranger()

    await client.ask(TICKER)

    assert await client.end() == (4401, "Unauthorized")
    assert wire.subgraph.lines.empty()


async def test_an_unknown_type_of_message_closes_with_4400(wire: Wire) -> None:
    client = await wire.client()

    await client.tell({"type": "bogus"})

    assert (await client.end())[0] == 4400


@pytest.mark.parametrize("payload", [{}, {"payload": {"hello": "world"}}], ids=["plain", "payload"])
async def test_a_ping_is_answered_with_its_payload(wire: Wire, payload: dict[str, Any]) -> None:
    client = await wire.client()

    await client.tell({"type": "ping", **payload})

    assert await client.hear() == {"type": "pong", **payload}


# --- the life of a subscription


async def test_a_subscription_goes_there_and_back_under_the_clients_id(wire: Wire) -> None:
    client = await wire.client()

    line, asked = await wire.subscribed(client, id="mine", key="a")
    data = await line.tick(asked, None)
    heard = await client.hear()
    await line.tell(id=asked["id"], type="complete")

    assert asked["payload"]["variables"] == {"key": "a"}
    assert heard == next_of(data, id="mine")
    assert await client.hear() == complete_of("mine")


async def test_one_of_several_operations_goes_on_with_its_variables(wire: Wire) -> None:
    client = await wire.client()
    document = 'subscription Other { ticker(key: "unused") { key } } ' + TICKER.replace(
        "subscription", "subscription Wanted"
    )

    await client.ask(document, variables={"key": "b"}, operationName="Wanted")
    line = await wire.subgraph.line()
    asked = await line.begin()
    data = await line.tick(asked, "hello")

    assert "unused" not in asked["payload"]["query"]
    assert asked["payload"]["variables"] == {"key": "b"}
    assert await client.hear() == next_of(data)


async def test_several_events_come_in_order(wire: Wire) -> None:
    client = await wire.client()

    line, asked = await wire.subscribed(client)
    told = [await line.tick(asked, number) for number in range(3)]
    await line.tell(id=asked["id"], type="complete")

    heard = [await client.hear() for _ in range(4)]
    assert heard == [*(next_of(data) for data in told), complete_of()]


async def test_an_id_in_use_closes_with_4409_and_leaves_the_subgraph(wire: Wire) -> None:
    client = await wire.client()
    line, _asked = await wire.subscribed(client)

    await client.ask(TICKER)

    assert await client.end() == (4409, "Subscriber for 1 already exists")
    assert await line.is_left()


async def test_a_client_that_completes_stops_the_subgraphs_subscription(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.subscribed(client)

    await client.tell(complete_of())

    assert await line.hear() == {"id": asked["id"], "type": "complete"}


async def test_an_error_of_the_subgraph_ends_the_operation_alone(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.subscribed(client)

    await line.tell(id=asked["id"], type="error", payload=[{"message": "something broke"}])
    told = await client.hear()
    await client.tell({"type": "ping"})

    assert (told["id"], told["type"]) == ("1", "error")
    assert told["payload"][0]["message"] == "something broke"
    assert await client.hear() == {"type": "pong"}


async def test_an_error_after_an_event_is_told_as_the_last_one(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.subscribed(client)
    data = await line.tick(asked, 1)

    await line.tell(id=asked["id"], type="error", payload=[{"message": "something broke"}])
    heard = [await client.hear() for _ in range(3)]

    assert heard[0] == next_of(data)
    assert heard[1]["payload"]["data"] == {"ticker": None}
    assert heard[1]["payload"]["errors"][0]["message"] == "something broke"
    assert heard[2] == complete_of()


async def test_a_refusal_is_told_on_an_event_stream_without_data(wire: Wire) -> None:
    async with follow_events(wire.url, TICKER, {"key": "k"}, "tok") as next_event:
        line = await wire.subgraph.line()
        asked = await line.begin()
        await line.tell(id=asked["id"], type="error", payload=[{"message": "something broke"}])
        told, ended = await next_event(), await next_event()

    assert told is not None
    assert told.keys() == {"errors"}
    assert told["errors"][0]["message"] == "something broke"
    assert ended is None


async def test_an_id_is_free_once_its_operation_is_complete(wire: Wire) -> None:
    client = await wire.client()
    line, _kept_open = await wire.subscribed(client, id="other")

    for key in ("first", "second"):
        _, asked = await wire.subscribed(client, key=key, on=line)
        data = await line.tick(asked, key)
        await line.tell(id=asked["id"], type="complete")
        assert [await client.hear(), await client.hear()] == [next_of(data), complete_of()]


async def test_operations_of_one_socket_do_not_mix(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.two(client)

    for key in ("b", "a"):
        data = await line.tick(asked[key], key)
        assert await client.hear() == next_of(data, id=key)
    for key in ("a", "b"):
        await line.tell(id=asked[key]["id"], type="complete")
        assert await client.hear() == complete_of(key)


async def test_an_error_of_one_operation_leaves_the_other(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.two(client)

    await line.tell(id=asked["a"]["id"], type="error", payload=[{"message": "one broke"}])
    told = await client.hear()
    data = await line.tick(asked["b"], 1)

    assert (told["id"], told["type"]) == ("a", "error")
    assert told["payload"][0]["message"] == "one broke"
    assert await client.hear() == next_of(data, id="b")


# --- lines that break


@pytest.mark.parametrize("how", ["drop", "close frame"])
async def test_a_line_that_breaks_is_opened_anew_unheard(wire: Wire, how: str) -> None:
    client = await wire.client()
    line, asked = await wire.subscribed(client)
    before = await line.tick(asked, 1)
    assert await client.hear() == next_of(before)

    if how == "drop":
        line.socket.transport.abort()
    else:
        await line.socket.close(1011, "internal error")
    again = await wire.subgraph.line()
    after = await again.tick(await again.begin(), 2)

    assert await client.hear() == next_of(after)


@pytest.mark.parametrize("how", ["drop", "close frame", "refusal"])
async def test_a_line_that_goes_on_breaking_is_told_once(wire: Wire, how: str) -> None:
    client = await wire.client()
    await client.ask(TICKER)

    async def break_all() -> None:
        while True:
            line = await wire.subgraph.line()
            await line.begin()
            if how == "drop":
                line.socket.transport.abort()
            else:
                await line.socket.close(1011 if how == "close frame" else 4403, "internal error")

    breaking = asyncio.create_task(break_all())
    told, ended = await client.hear(), await client.hear()
    breaking.cancel()
    await asyncio.gather(breaking, return_exceptions=True)

    [error] = told["payload"]["errors"]
    assert error["extensions"]["code"].startswith("SUBGRAPH_")
    assert "internal error" not in json.dumps(told)
    assert ended == complete_of()


@pytest.mark.parametrize("how", ["drop", "close frame"])
async def test_a_client_that_goes_takes_its_subscription_along(wire: Wire, how: str) -> None:
    client = await wire.client()
    line, _asked = await wire.subscribed(client)

    if how == "drop":
        client.socket.transport.abort()
    else:
        await client.socket.close(1000, "going away")

    assert await line.is_left()


async def test_a_subgraph_that_never_acknowledges_is_given_up(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "STAND_SECONDS_MAX", 0.05)
    client = await wire.client()

    await client.ask(TICKER)
    told, ended = await client.hear(), await client.hear()

    assert told["payload"]["errors"][0]["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"
    assert ended == complete_of()
    assert wire.subgraph.lines.qsize() <= 1  # none was tried behind it


# --- what goes along


async def test_listed_headers_reach_the_subgraph_and_others_do_not(wire: Wire) -> None:
    sent = {"authorization": "Bearer tok", "x-custom-trace": "abc", "x-secret": "stripped"}
    client = await wire.client(headers=sent)

    line, _asked = await wire.subscribed(client)

    assert line.headers["authorization"] == "Bearer tok"
    assert line.headers["x-custom-trace"] == "abc"
    assert "x-secret" not in line.headers
    assert line.init["payload"].keys() == {"authorization", "x-custom-trace", "x-request-id"}


async def test_credentials_of_the_init_reach_the_subgraph_and_nothing_else(wire: Wire) -> None:
    client = await wire.client(authorization="Bearer abc", token="not listed")

    line, _asked = await wire.subscribed(client)

    assert line.init["payload"]["authorization"] == "Bearer abc"
    assert line.headers["authorization"] == "Bearer abc"
    assert "token" not in line.init["payload"]


async def test_each_client_has_lines_with_its_own_credentials(wire: Wire) -> None:
    found = {}
    for token in ("aaa", "bbb"):
        client = await wire.client(authorization=f"Bearer {token}")
        line, asked = await wire.subscribed(client, key=token)
        found[asked["payload"]["variables"]["key"]] = line.headers["authorization"]
        data = await line.tick(asked, token)
        assert await client.hear() == next_of(data)

    assert found == {"aaa": "Bearer aaa", "bbb": "Bearer bbb"}


async def test_clients_with_the_same_credentials_share_a_line(wire: Wire) -> None:
    line, data = None, None
    for id_ in ("a", "b"):
        client = await wire.client(authorization="Bearer same")
        line, asked = await wire.subscribed(client, id=id_, key=id_, on=line)
        data = await line.tick(asked, id_)
        assert await client.hear() == next_of(data, id=id_)

    assert wire.subgraph.lines.empty()


async def test_a_line_that_breaks_is_opened_anew_for_all_who_share_it(wire: Wire) -> None:
    client = await wire.client()
    line, _ = await wire.two(client)

    line.socket.transport.abort()
    again = await wire.subgraph.line()
    asked = [await again.begin(), await again.hear()]
    told = [await again.tick(each, 1) for each in asked]
    heard = [await client.hear() for _ in told]

    assert {each["payload"]["variables"]["key"] for each in asked} == {"a", "b"}
    assert [each["payload"]["data"] for each in heard] == told
    assert [each["id"] for each in heard] == [data["ticker"]["key"] for data in told]


async def test_who_leaves_a_shared_line_leaves_it_to_the_others(wire: Wire) -> None:
    client = await wire.client()
    line, asked = await wire.two(client)

    await client.tell(complete_of("a"))
    assert await line.hear() == {"id": asked["a"]["id"], "type": "complete"}
    data = await line.tick(asked["b"], 1)

    assert await client.hear() == next_of(data, id="b")
