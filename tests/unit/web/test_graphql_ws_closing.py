"""graphql-transport-ws over a real server: every code by which a socket ends."""

import pytest

from tests.unit.web.conftest import HELLO
from tests.unit.web.socket_peer import ACK, dialled
from web.wire.limits import WebLimits


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",)])
async def test_another_subprotocol_is_4406(protocols, serve) -> None:
    address = await serve()
    options = {"protocols": protocols}
    async with dialled(address, **options) as peer:
        assert await peer.end() == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize(
    ("_case", "message"),
    [
        ("not JSON", "{"),
        ("a list", "[]"),
        ("a number", "5"),
        ("no type", "{}"),
        ("an unknown type", '{"type": "start"}'),
        ("a type that is no text", '{"type": ["ping"]}'),
        ("a payload that is no object", '{"type": "connection_init", "payload": "x"}'),
        ("a ping with a text", '{"type": "ping", "payload": "x"}'),
    ],
)
async def test_what_is_no_message_is_4400(_case, message, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.tell(message)

        assert (await peer.end())[0] == 4400


@pytest.mark.parametrize(
    ("_case", "message"),
    [
        ("subscribe without an id", {"type": "subscribe", "payload": {"query": HELLO}}),
        (
            "subscribe with an empty id",
            {"id": "", "type": "subscribe", "payload": {"query": HELLO}},
        ),
        (
            "subscribe with a numeric id",
            {"id": 1, "type": "subscribe", "payload": {"query": HELLO}},
        ),
        ("subscribe without a payload", {"id": "1", "type": "subscribe"}),
        ("subscribe without a document", {"id": "1", "type": "subscribe", "payload": {}}),
        (
            "variables that are no object",
            {"id": "1", "type": "subscribe", "payload": {"query": HELLO, "variables": 1}},
        ),
        ("complete without an id", {"type": "complete"}),
    ],
)
async def test_a_malformed_message_after_the_ack_is_4400(_case, message, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.tell(message)

        assert (await peer.end())[0] == 4400


async def test_a_binary_message_is_4400(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.socket.send(b'{"type": "ping"}')

        assert await peer.end() == (4400, "Invalid message received")


async def test_a_message_over_the_bound_is_4400(serve) -> None:
    limits = WebLimits(message_bytes_max=100)
    async with dialled(await serve(limits=limits)) as peer:
        await peer.tell({"type": "ping", "payload": {"text": "x" * 100}})

        assert await peer.end() == (4400, "Invalid message received")


async def test_an_operation_before_the_init_is_4401(serve, engine) -> None:
    async with dialled(await serve()) as peer:
        await peer.ask(HELLO)

        assert await peer.end() == (4401, "Unauthorized")
    assert engine.requests == []


async def test_a_bad_token_is_4403(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.tell({"type": "connection_init", "payload": {"accessToken": "bad"}})

        assert await peer.end() == (4403, "Forbidden")


async def test_a_bug_while_credentials_are_checked_is_4500(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.tell({"type": "connection_init", "payload": {"accessToken": "bug"}})

        assert await peer.end() == (4500, "Internal server error")


@pytest.mark.parametrize("first", ["nothing", "pings"])
async def test_no_init_in_time_is_4408(first, serve) -> None:
    limits = WebLimits(init_seconds_max=0.5)
    async with dialled(await serve(limits=limits)) as peer:
        if first == "pings":
            await peer.tell({"type": "ping"})

        assert await peer.end() == (4408, "Connection initialisation timeout")


async def test_an_id_that_is_in_use_is_4409(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask("subscription { forever }")
        await peer.hear()

        await peer.ask(HELLO)

        assert await peer.end() == (4409, "Subscriber for 1 already exists")


async def test_a_second_init_is_4429(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.tell({"type": "connection_init"})

        assert await peer.end() == (4429, "Too many initialisation requests")


async def test_an_unknown_api_key_is_4403(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.tell({"type": "connection_init", "payload": {"X-Api-Key": "stolen"}})

        assert await peer.end() == (4403, "Forbidden")


async def test_sockets_of_one_address_are_bounded(serve) -> None:
    address = await serve(limits=WebLimits(sockets_per_client_max=1))
    async with dialled(address) as first:
        async with dialled(address) as second:
            assert await second.end() == (1013, "Try again later")
        assert await first.init() == ACK
    async with dialled(address) as third:
        assert await third.init() == ACK


async def test_sockets_are_bounded(serve) -> None:
    address = await serve(limits=WebLimits(sockets_max=1))
    async with dialled(address) as first, dialled(address) as second:
        assert await second.end() == (1013, "Try again later")
        assert await first.init() == ACK
