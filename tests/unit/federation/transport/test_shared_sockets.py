"""Subscriptions that share a WebSocket to a subgraph: who shares, what bounds it, what breaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from federation.transport import mailbox, websocket
from federation.transport.failures import SubgraphFailure
from federation.transport.header_rules import NOTHING_FORWARDED, HeaderRules
from federation.transport.http import HttpTransport
from federation.transport.options import HttpOptions, RetryLimits
from federation.transport.socket_pool import SocketPool
from federation.transport.websocket import Subscriber
from tests.patience import SECONDS_MAX, until
from tests.unit.federation.transport.peers import subscription

OPTIONS = HttpOptions(
    retries=RetryLimits(first_seconds=0.01, reconnects_max=2),
    response_bytes_max=1_000,
    socket_idle_seconds=60,
)
RULES = HeaderRules(read=lambda context: context or {})


class Asked:
    """One subscription, as the subgraph sees it."""

    def __init__(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        self.socket = socket
        self.id = message["id"]

    async def tell(self, value: object) -> None:
        """Tell an event."""
        await self.send(type="next", payload={"data": {"a": value}})

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps({"id": self.id, **message}))


class Subgraph:
    """Acknowledges, and keeps what it hears."""

    def __init__(self) -> None:
        self.url = ""
        """Where it is reached."""
        self.sockets: list[ServerConnection] = []
        self.left: list[tuple[ServerConnection, str]] = []
        self.acknowledges = True
        self._asked: asyncio.Queue[Asked] = asyncio.Queue()

    async def answer(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        with suppress(ConnectionClosed):
            async for text in socket:
                await self._hear(socket, json.loads(text))

    async def _hear(self, socket: ServerConnection, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init" if self.acknowledges:
                await socket.send(json.dumps({"type": "connection_ack"}))
            case "subscribe":
                self._asked.put_nowait(Asked(socket, message))
            case "complete":
                self.left.append((socket, message["id"]))

    async def asked(self) -> Asked:
        async with asyncio.timeout(SECONDS_MAX):
            return await self._asked.get()


class Reader:
    """One who follows, and reads when the test says so."""

    def __init__(self, transport: HttpTransport, headers: dict[str, str]) -> None:
        self.events = transport.subscribe(subscription(), headers)
        self._next: asyncio.Task[Any] | None = asyncio.create_task(self._read())

    async def _read(self) -> Any:
        return await anext(self.events, None)

    async def hear(self) -> Any:
        """Data of the next event, its error's code, or None at the end."""
        reading, self._next = self._next or asyncio.create_task(self._read()), None
        async with asyncio.timeout(SECONDS_MAX):
            event = await reading
        if event is None or not event.errors:
            return event and event.data["a"]
        return event.errors[0].get("extensions", {}).get("code"), event.is_refusal

    async def leave(self) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self.events.aclose()


class Stage:
    """A transport, its subgraph, and readers."""

    def __init__(self, subgraph: Subgraph, transport: HttpTransport) -> None:
        self.subgraph = subgraph
        self.transport = transport

    def reader(self, **headers: str) -> Reader:
        return Reader(self.transport, headers)

    async def follow(self, **headers: str) -> tuple[Reader, Asked]:
        """Subscribe, and wait until the subgraph was asked."""
        reader = self.reader(**headers)
        return reader, await self.subgraph.asked()


@asynccontextmanager
async def staged(options: HttpOptions = OPTIONS) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        subgraph = Subgraph()
        server = await stack.enter_async_context(
            serve(
                subgraph.answer,
                "127.0.0.1",
                0,
                subprotocols=[websocket.PROTOCOL],
                close_timeout=0.2,
                compression=None,
            )
        )
        port = next(iter(server.sockets)).getsockname()[1]
        subgraph.url = f"http://127.0.0.1:{port}/"
        transport = HttpTransport(subgraph.url, options=options, rules=RULES)
        stack.push_async_callback(transport.close)
        yield Stage(subgraph, transport)


async def test_the_same_credentials_share_a_socket_and_others_do_not() -> None:
    async with staged() as stage:
        _, first = await stage.follow(authorization="one")
        _, second = await stage.follow(authorization="one", **{"x-request-id": "another"})
        _, third = await stage.follow(authorization="two")

        assert first.socket is second.socket
        assert first.id != second.id
        assert third.socket is not first.socket
        assert stage.transport.sockets_open == 2


async def test_those_who_begin_together_share_what_is_being_opened() -> None:
    async with staged() as stage:
        readers = [stage.reader() for _ in range(5)]
        asked = [await stage.subgraph.asked() for _ in readers]
        for each in asked:
            await each.tell(1)

        assert [await each.hear() for each in readers] == [1] * 5
        assert len(stage.subgraph.sockets) == 1


async def test_a_full_socket_is_joined_by_nobody() -> None:
    async with staged(replace(OPTIONS, subscriptions_per_socket_max=2)) as stage:
        asked = [(await stage.follow())[1] for _ in range(3)]

        assert asked[0].socket is asked[1].socket
        assert asked[2].socket is not asked[0].socket


async def test_a_socket_is_closed_a_while_after_its_last_subscription() -> None:
    async with staged(replace(OPTIONS, socket_idle_seconds=0)) as stage:
        (first, asked), (second, _) = await stage.follow(), await stage.follow()

        await first.leave()
        await until(lambda: stage.subgraph.left == [(asked.socket, asked.id)])
        assert stage.transport.sockets_open == 1

        await second.leave()
        await until(lambda: stage.transport.sockets_open == 0)
        await asked.socket.wait_closed()


async def test_a_socket_without_subscriptions_is_taken_up_again_meanwhile() -> None:
    async with staged() as stage:
        first, asked = await stage.follow()
        await first.leave()

        _, again = await stage.follow()

        assert again.socket is asked.socket


async def test_sockets_are_bounded_and_an_unused_one_makes_room() -> None:
    async with staged(replace(OPTIONS, streams_max=2)) as stage:
        (first, _), (_, _) = await stage.follow(authorization="1"), await stage.follow()
        assert await stage.reader(authorization="2").hear() == ("SUBGRAPH_BUSY", False)

        await first.leave()
        assert stage.transport.sockets_open == 2
        await stage.follow(authorization="2")

        await until(lambda: stage.transport.sockets_open == 2)


async def test_closing_ends_what_is_unused_and_leaves_the_rest_to_its_end() -> None:
    async with staged() as stage:
        (unused, _), (used, asked) = await stage.follow(authorization="1"), await stage.follow()
        await unused.leave()

        await stage.transport.close()
        assert stage.transport.sockets_open == 1
        await asked.tell(1)
        assert await used.hear() == 1
        assert await stage.reader().hear() == ("SUBGRAPH_UNAVAILABLE", False)

        await asked.send(type="complete")
        assert await used.hear() is None
        await until(lambda: stage.transport.sockets_open == 0)


async def test_a_socket_that_breaks_takes_its_own_subscriptions_alone() -> None:
    async with staged(replace(OPTIONS, subscriptions_per_socket_max=2)) as stage:
        followed = [await stage.follow() for _ in range(3)]

        followed[0][1].socket.transport.abort()
        again = [await stage.subgraph.asked() for _ in range(2)]
        for each in (*again, followed[2][1]):
            await each.tell(1)

        assert [await reader.hear() for reader, _ in followed] == [1, 1, 1]
        assert {each.socket for each in again} & {followed[0][1].socket} == set()


async def test_a_slow_reader_among_others_is_ended_and_holds_none_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailbox, "MESSAGES_MAX", 3)
    async with staged() as stage:
        (slow, flooded), (other, calm) = await stage.follow(), await stage.follow()

        for number in range(20):
            await flooded.tell(number)
        await calm.tell("calm")
        assert await other.hear() == "calm"

        heard = [await slow.hear()]
        while isinstance(heard[-1], int):
            heard.append(await slow.hear())
        assert heard[:-1] == list(range(len(heard) - 1))
        assert heard[-1] == ("SUBGRAPH_BUSY", False)
        assert await slow.hear() is None
        await until(lambda: (flooded.socket, flooded.id) in stage.subgraph.left)


async def test_a_slow_reader_alone_on_its_socket_holds_the_subgraph_back_and_misses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailbox, "MESSAGES_MAX", 3)
    async with staged() as stage:
        slow, flooded = await stage.follow()
        for number in range(20):
            await flooded.tell(number)
        assert await slow.hear() == 0

        assert [await slow.hear() for _ in range(19)] == list(range(1, 20))


async def test_who_told_too_much_ends_alone_and_the_others_go_on() -> None:
    async with staged() as stage:
        big, small = await stage.follow(), await stage.follow()
        told_too_much = big[1]

        await told_too_much.tell("x" * 2_000)
        again = [await stage.subgraph.asked() for _ in range(2)]
        assert again[0].socket is not again[1].socket
        await again[0].tell("x" * 2_000)
        await again[1].tell("small")

        heard = [await reader.hear() for reader, _ in (big, small)]
        assert sorted(heard, key=str) == [("SUBGRAPH_RESPONSE_TOO_LARGE", False), "small"]


async def test_a_refusal_before_all_events_is_told_apart() -> None:
    async with staged() as stage:
        reader, asked = await stage.follow()
        await asked.send(type="error", payload=[{"message": "no"}])
        assert await reader.hear() == (None, True)

        reader, asked = await stage.follow()
        await asked.tell(1)
        await asked.send(type="error", payload=[{"message": "no"}])
        assert [await reader.hear(), await reader.hear()] == [1, (None, False)]


async def test_an_error_behind_a_break_is_no_refusal_where_events_came_before() -> None:
    async with staged() as stage:
        reader, asked = await stage.follow()
        await asked.tell(1)
        assert await reader.hear() == 1
        asked.socket.transport.abort()
        hearing = asyncio.create_task(reader.hear())
        again = await stage.subgraph.asked()
        await again.send(type="error", payload=[{"message": "no"}])

        assert await hearing == (None, False)


async def test_who_never_was_acknowledged_gives_up_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "STAND_SECONDS_MAX", 0.3)
    async with staged() as stage:
        stage.subgraph.acknowledges = False

        assert await stage.reader().hear() == ("SUBGRAPH_UNAVAILABLE", False)
        assert len(stage.subgraph.sockets) <= 1


@pytest.mark.parametrize("has_stood", [True, False])
async def test_only_the_first_acknowledgement_has_its_time_in_all(has_stood: bool) -> None:
    async with staged() as stage:
        pool = SocketPool(stage.subgraph.url, OPTIONS, tls=None)
        subscriber = Subscriber(request=subscription(), stands_by=0, has_stood=has_stood)
        events = pool.stream(subscriber, NOTHING_FORWARDED)
        reading = asyncio.ensure_future(anext(events))
        if has_stood:
            await (await stage.subgraph.asked()).tell(1)
            assert (await reading).data == {"a": 1}
        else:
            with pytest.raises(SubgraphFailure) as refused:
                await reading
            assert not refused.value.is_retryable

        await events.aclose()
        await pool.close()
