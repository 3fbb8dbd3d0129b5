"""Positions and gaps, as each transport tells them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from domain.messages.bookmark import Bookmark
from federation.engine import GraphQLResponse
from tests.unit.web.conftest import make_context
from tests.unit.web.parts import parts_in
from tests.unit.web.socket_peer import dialled, next_of
from tests.unit.web.test_graphql_sse import STREAM
from tests.unit.web.test_multipart_subscriptions import APOLLO
from web.operations.resume import GAP_ADVICE
from web.wire.client_request import ClientRequest

FOLLOW = "subscription { happened }"
GAP = {"gap": True, "advice": GAP_ADVICE}


class Happening:
    """Tells two events with a gap between them; a context is a bookmark here."""

    def __init__(self) -> None:
        self.after: list[str | None] = []

    async def operation_kind(self, request: Any) -> str:
        return "subscription"

    async def subscribe(self, request: Any, context: Any) -> Any:
        self.after.append(context.after)
        await context.begin("p0")
        context.position = "p1"
        yield GraphQLResponse(data={"happened": 1})
        await context.skip_to("p2")
        context.position = "p3"
        yield GraphQLResponse(data={"happened": 2})


@pytest.fixture
def happening() -> Happening:
    return Happening()


@asynccontextmanager
async def only_bookmark(client: ClientRequest) -> AsyncIterator[Bookmark]:
    yield client.bookmark


@pytest.fixture
def parts(parts, happening):
    return replace(parts, engine=happening, make_context=only_bookmark, viewer_of=lambda _: "anna")


def at(position: str, data: Any, **more: Any) -> Any:
    payload = {"data": data, "extensions": {"resume": {"position": position}, **more}}
    return {"id": "1", "type": "next", "payload": payload}


FIRST, SECOND = at("p1", {"happened": 1}), at("p3", {"happened": 2})
LOST = at("p2", None, **GAP)

ASKED = pytest.mark.parametrize(
    ("extensions", "after", "told"),
    [
        pytest.param({}, None, [FIRST, LOST, SECOND], id="not asked for"),
        pytest.param({"resume": {}}, None, [at("p0", None), FIRST, LOST, SECOND], id="asked for"),
        pytest.param({"resume": {"position": "p9"}}, "p9", [FIRST, LOST, SECOND], id="given back"),
    ],
)
MALFORMED = pytest.mark.parametrize("resume", [5, "p1", {"position": 5}, [1]])


@ASKED
async def test_a_socket_tells_positions_and_gaps(extensions, after, told, serve, happening) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask(FOLLOW, extensions=extensions)

        assert [await peer.hear() for _ in told] == told
    assert happening.after == [after]


@ASKED
async def test_parts_tell_positions_and_gaps(extensions, after, told, client, happening) -> None:
    query = {"query": FOLLOW, "extensions": extensions}

    answer = await client.post("/graphql", json=query, headers=APOLLO)

    assert parts_in(answer.content) == [{"payload": message["payload"]} for message in told]
    assert happening.after == [after]


@MALFORMED
async def test_a_malformed_position_is_refused_before_parts_begin(
    resume, client, happening
) -> None:
    query = {"query": FOLLOW, "extensions": {"resume": resume}}

    answer = await client.post("/graphql", json=query, headers=APOLLO)

    assert answer.status_code == 400
    assert "extensions.resume" in answer.json()["errors"][0]["message"]
    assert happening.after == []


@MALFORMED
async def test_a_malformed_position_is_no_message_of_the_protocol(resume, serve) -> None:
    async with dialled(await serve()) as peer:
        await peer.init()
        await peer.ask(FOLLOW, extensions={"resume": resume})

        code, reason = await peer.end()

    assert code == 4400
    assert "extensions.resume" in reason


async def test_an_event_stream_tells_positions_as_ids(client, happening) -> None:
    headers = {**STREAM, "last-event-id": "p9"}

    fresh = await client.post("/graphql", json={"query": FOLLOW}, headers=STREAM)
    again = await client.post("/graphql", json={"query": FOLLOW}, headers=headers)

    blocks = [block.partition("\n")[0] for block in fresh.text.split("\n\n")[1:-2]]
    assert blocks == ["id: p0", "id: p1", "id: p2", "id: p3"]
    assert [line for line in again.text.splitlines() if line.startswith("id")] == blocks[1:]
    assert again.text.count('"gap":true') == 1
    assert happening.after == [None, "p9"]


async def test_a_shared_stream_takes_positions_from_the_operation(open_client, happening) -> None:
    client = open_client()
    token = (await client.put("/graphql/stream")).text
    headers = {"x-graphql-event-stream-token": token}
    body = {"query": FOLLOW, "extensions": {"operationId": "1", "resume": {"position": "p9"}}}

    bad = {"query": FOLLOW, "extensions": {"operationId": "2", "resume": 5}}
    refused = await client.post("/graphql/stream", json=bad, headers=headers)
    added = await client.post("/graphql/stream", json=body, headers=headers)

    assert (refused.status_code, added.status_code) == (400, 202)


async def test_a_subscription_without_positions_tells_none(serve, parts, engine) -> None:
    plain = {"engine": engine, "make_context": make_context}
    async with dialled(await serve(**plain)) as peer:
        await peer.init()
        await peer.ask("subscription { ticks(count: 1) }", extensions={"resume": {}})

        assert await peer.hear() == next_of({"ticks": 0})
