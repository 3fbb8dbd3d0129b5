"""graphql-transport-ws over a real server: operations, credentials, bounds."""

import json
import os
from contextlib import suppress
from dataclasses import replace

import pytest
from websockets.exceptions import ConnectionClosed

from tests.patience import until
from tests.unit.web.conftest import HELLO, PARTNER_KEY
from tests.unit.web.socket_peer import ACK, code_of, complete_of, dialled, next_of
from web.endpoint.graphql_ws import PROTOCOL
from web.wire.limits import WebLimits


async def test_the_protocol_is_agreed_and_acknowledged(serve) -> None:
    async with dialled(await serve()) as peer:
        heard = await peer.init()

    assert peer.socket.subprotocol == PROTOCOL
    assert heard == ACK


@pytest.mark.parametrize(
    ("_case", "operation", "answers"),
    [
        ("a query", HELLO, [{"hello": "world"}]),
        ("a mutation", "mutation { add(amount: 3) }", [{"add": 3}]),
        ("a subscription", "subscription { ticks(count: 2) }", [{"ticks": 0}, {"ticks": 1}]),
        ("a subscription without events", "subscription { ticks(count: 0) }", []),
    ],
)
async def test_an_operation_is_answered_and_completed(_case, operation, answers, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.ask(operation)
        heard = [await peer.hear() for _ in range(len(answers) + 1)]

    assert heard == [*(next_of(answer) for answer in answers), complete_of()]


async def test_a_document_may_come_by_id(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.tell(
            {
                "id": "1",
                "type": "subscribe",
                "payload": {"documentId": "add", "variables": {"amount": 5}},
            }
        )

        assert await peer.hear() == next_of({"add": 5})


@pytest.mark.parametrize(("name", "is_answered"), [("ios", True), ("web", False)])
async def test_a_client_names_itself_in_its_first_message(name, is_answered, serve, parts) -> None:
    documents = replace(parts.documents, persisted_only=frozenset({"web"}))
    async with dialled(await serve(documents=documents)) as peer:
        await peer.init(**{"apollographql-client-name": name})

        await peer.ask(HELLO)
        heard = await peer.hear()

    if is_answered:
        assert heard == next_of({"hello": "world"})
    else:
        assert code_of(heard) == "PERSISTED_DOCUMENT_REQUIRED"


@pytest.mark.parametrize(
    ("_case", "operation", "code"),
    [
        ("a syntax error", "{", "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "an unknown subscription",
            "subscription { nothing }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
async def test_a_request_error_ends_the_operation_alone(_case, operation, code, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.ask(operation)
        refused = await peer.hear()
        await peer.ask(HELLO)

        assert code_of(refused) == code
        assert refused["id"] == "1"
        assert await peer.hear() == next_of({"hello": "world"})


async def test_a_failed_event_is_masked_and_tells_a_request_id(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.ask("subscription { failing }")
        first = await peer.hear()
        failed = await peer.hear()

    assert first == next_of({"failing": 0})
    assert code_of(failed) == "INTERNAL"
    assert len(failed["payload"][0]["extensions"]["requestId"]) == 32
    assert "secret" not in json.dumps(failed)


@pytest.mark.parametrize("when", ["before the init", "after it"])
async def test_a_ping_is_answered_with_its_payload(when, serve) -> None:
    async with dialled(await serve()) as peer:
        if when == "after it":
            await peer.init()

        await peer.tell({"type": "ping"})
        await peer.tell({"type": "pong"})
        await peer.tell({"type": "ping", "payload": {"n": 1}})

        assert await peer.hear() == {"type": "pong"}
        assert await peer.hear() == {"type": "pong", "payload": {"n": 1}}


@pytest.mark.parametrize(
    ("_case", "payload"),
    [
        ("as a header", {"Authorization": "Bearer anna"}),
        ("as a small header", {"authorization": "bearer anna"}),
        ("plainly", {"accessToken": "anna"}),
    ],
)
async def test_a_token_in_the_init_names_the_viewer(_case, payload, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init(**payload)

        await peer.ask("{ viewer }")

        assert await peer.hear() == next_of({"viewer": "anna"})


@pytest.mark.parametrize(
    ("_case", "origin", "viewer"),
    [
        ("our own page", "http://{address}", "anna"),
        ("a foreign page", "https://evil.test", "anonymous"),
    ],
)
async def test_the_cookie_of_the_handshake_counts_from_our_own_pages(
    _case, origin, viewer, serve
) -> None:
    address = await serve()
    options = {
        "origin": origin.format(address=address),
        "additional_headers": {"cookie": "session=anna"},
    }
    async with dialled(address, **options) as peer:
        await peer.init()

        await peer.ask("{ viewer }")

        assert await peer.hear() == next_of({"viewer": viewer})


async def test_a_partner_runs_its_manifest_only(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init(**{"X-Api-Key": PARTNER_KEY})

        await peer.ask("{ hello }")
        refused = await peer.hear()
        await peer.tell({"id": "1", "type": "subscribe", "payload": {"documentId": "greeting"}})

        assert code_of(refused) == "PERSISTED_DOCUMENT_REQUIRED"
        assert await peer.hear() == next_of({"hello": "world"})


async def test_operations_of_one_socket_are_bounded(serve) -> None:
    limits = WebLimits(operations_per_socket_max=1)
    async with dialled(await serve(limits=limits)) as peer:
        await peer.init()
        await peer.ask("subscription { forever }")
        await peer.hear()

        await peer.ask(HELLO, id="2")
        refused = await peer.hear()
        await peer.tell(complete_of("1"))
        await peer.ask(HELLO, id="3")

        assert (refused["id"], code_of(refused)) == ("2", "OVERLOADED")
        assert await peer.hear() == next_of({"hello": "world"}, id="3")


async def test_subscriptions_of_a_process_are_bounded(serve) -> None:
    address = await serve(limits=WebLimits(streams_max=1))
    async with dialled(address) as first, dialled(address) as second:
        await first.init()
        await second.init()
        await first.ask("subscription { forever }")
        await first.hear()

        await second.ask("subscription { forever }")

        assert code_of(await second.hear()) == "OVERLOADED"


async def test_complete_stops_the_operation_and_frees_its_id(serve, engine) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask("subscription { forever }")
        await peer.hear()

        await peer.tell(complete_of())
        await peer.ask(HELLO)

        assert await peer.hear() == next_of({"hello": "world"})
        assert await peer.hear() == complete_of()
        assert engine.stopped == ["forever"]


async def test_complete_of_an_unknown_id_changes_nothing(serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()

        await peer.tell(complete_of("nobody"))
        await peer.ask(HELLO)

        assert await peer.hear() == next_of({"hello": "world"})


@pytest.mark.parametrize("how", ["politely", "at once"])
async def test_what_a_client_left_is_stopped(how, serve, engine) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask("subscription { forever }")
        await peer.hear()
        engine.started.clear()
        await peer.ask("{ slow }", id="2")
        await engine.started.wait()

        if how == "politely":
            await peer.socket.close()
        else:
            peer.socket.transport.abort()

    await until(lambda: sorted(engine.stopped) == ["forever", "slow"])


async def test_a_slow_operation_does_not_hold_others(serve, engine) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask("{ slow }", id="slow")
        await engine.started.wait()

        await peer.ask(HELLO, id="quick")
        quick = [await peer.hear(), await peer.hear()]
        engine.gate.set()

        assert quick == [next_of({"hello": "world"}, id="quick"), complete_of("quick")]
        assert await peer.hear() == next_of({"slow": "done"}, id="slow")


async def test_a_client_that_does_not_read_loses_its_socket_and_holds_no_other(
    serve, engine
) -> None:
    address = await serve(limits=WebLimits(send_seconds_max=0.2))
    async with dialled(address, max_queue=1) as deaf, dialled(address) as other:
        await deaf.init()
        await other.init()
        await deaf.ask("subscription { forever }")
        await engine.started.wait()
        echo = "query($t: String!) { echo(text: $t) }"
        with suppress(ConnectionClosed):  # it may lose it before it has asked all
            for number in range(60):
                await deaf.ask(echo, id=f"big{number}", variables={"t": os.urandom(100_000).hex()})
        await other.ask(HELLO)

        assert await other.hear() == next_of({"hello": "world"})
        await until(lambda: engine.stopped == ["forever"])
