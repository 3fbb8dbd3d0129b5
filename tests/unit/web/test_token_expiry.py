"""What a client follows ends with its access token, on every transport; a socket may renew it."""

import asyncio
from dataclasses import replace

import pytest

from federation.engine import GraphQLResponse
from tests.patience import until
from tests.unit.web.conftest import HELLO
from tests.unit.web.socket_peer import dialled, next_of
from tests.unit.web.test_graphql_sse import COMPLETE, STREAM, events_in
from web.endpoint import graphql_ws
from web.wire.expiry import until_expiry

FOREVER = "subscription { forever }"


@pytest.fixture
def parts(parts):
    """Tokens are `<viewer>.<seconds left>`."""
    return replace(
        parts,
        viewer_of=lambda token: token.partition(".")[0],
        seconds_left=lambda token: float(token.partition(".")[2] or 0) or None,
    )


@pytest.fixture
def clocks(monkeypatch):
    """The seconds after which sockets would close, and those that were called off."""
    begun, ended = [], []

    async def expire_after(seconds: float) -> None:
        begun.append(seconds)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(seconds)

    monkeypatch.setattr(graphql_ws, "_expire_after", expire_after)
    return begun, ended


async def test_a_socket_is_closed_politely_when_its_token_ends(serve, engine) -> None:
    async with dialled(await serve()) as peer:
        await peer.init(Authorization="Bearer anna.0.05")
        await peer.ask(FOREVER)

        assert await peer.end() == (4403, "The access token has expired")
    await until(lambda: engine.stopped == ["forever"] * engine.started.is_set())


async def test_a_socket_without_a_token_stays(serve, clocks) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask(HELLO)

        assert await peer.hear() == next_of({"hello": "world"})
    assert clocks == ([], [])


async def test_a_ping_with_a_new_token_renews_the_socket_and_is_not_echoed(serve, clocks) -> None:
    async with dialled(await serve()) as peer:
        await peer.init(Authorization="Bearer anna.60")

        await peer.tell({"type": "ping", "payload": {"authorization": "Bearer anna.900"}})
        pong = await peer.hear()
        await peer.ask("{ viewer }")

        assert pong == {"type": "pong", "payload": {"secondsLeft": 900.0}}
        assert await peer.hear() == next_of({"viewer": "anna.900"})
        await until(lambda: clocks == ([60.0, 900.0], [60.0]))


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        pytest.param("ben.900", "The token is another viewer's", id="of another viewer"),
        pytest.param("bad", "Forbidden", id="that does not hold"),
    ],
)
async def test_a_token_that_renews_nothing_closes_the_socket(token, reason, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init(Authorization="Bearer anna.900")

        await peer.tell({"type": "ping", "payload": {"Authorization": f"Bearer {token}"}})

        assert await peer.end() == (4403, reason)


async def test_an_event_stream_tells_that_its_token_ended_and_completes(client) -> None:
    headers = {**STREAM, "authorization": "Bearer anna.0.05"}

    answer = await client.post("/graphql", json={"query": FOREVER}, headers=headers)

    *_, (_, failed), complete = events_in(answer.text)
    assert failed["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert complete == COMPLETE


async def test_events_that_end_before_the_token_are_all_told() -> None:
    answers = [GraphQLResponse(data={"n": number}) for number in range(3)]

    async def events():
        for answer in answers:
            yield answer

    assert [answer async for answer in until_expiry(events(), 3_600.0)] == answers


async def test_a_timeout_of_the_source_is_not_taken_for_the_end_of_the_token() -> None:
    async def events():
        raise TimeoutError("of the source")
        yield

    with pytest.raises(TimeoutError, match="of the source"):
        await anext(until_expiry(events(), 3_600.0))
