"""One answer told to many sockets: written once, each with its own id."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from federation.engine import GraphQLResponse
from tests.unit.web.socket_peer import dialled
from web.endpoint.graphql_ws import _next_message
from web.wire.json_bytes import dump_json

DATA = {"ticks": "ü", "wide": 2**70}
FAILED = {"message": "No.", "path": ["ticks"]}


class Sharing:
    """An engine that tells all its subscribers the very same answers."""

    def __init__(self) -> None:
        self.answers = [GraphQLResponse(data=DATA), GraphQLResponse(data=DATA, errors=[FAILED])]

    async def operation_kind(self, request: Any) -> str:
        return "subscription"

    async def subscribe(self, request: Any, context: Any) -> Any:
        for answer in self.answers:
            yield answer


@given(name=st.text(min_size=1), data=st.dictionaries(st.text(), st.integers() | st.text()))
def test_an_answer_is_written_around_whatever_the_operation_is_called(name, data) -> None:
    message = _next_message(name, GraphQLResponse(data=data))

    told = json.loads(message)
    assert told == {"id": name, "type": "next", "payload": {"data": data}}
    assert list(told) == ["id", "type", "payload"]


async def test_each_socket_has_its_own_id_around_the_same_answer(serve) -> None:
    engine = Sharing()
    heard = {}
    address = await serve(engine=engine)
    for name in ("one", "two"):
        async with dialled(address) as peer:
            await peer.init()
            await peer.ask("subscription { ticks }", id=name)
            heard[name] = [await peer.hear() for _ in range(3)]

    ids = set()
    for name, (first, second, last) in heard.items():
        assert first == {"id": name, "type": "next", "payload": {"data": DATA}}
        assert second["payload"]["data"] == DATA
        assert last == {"id": name, "type": "complete"}
        (error,) = second["payload"]["errors"]
        ids.add(error["extensions"]["requestId"])
        assert error == {**FAILED, "extensions": {"requestId": error["extensions"]["requestId"]}}
    assert len(ids) == 2, "each is told the id of its own request"
    assert engine.answers[0].written == dump_json({"data": DATA})
    assert engine.answers[1].errors == [FAILED]


async def test_an_event_stream_tells_the_same_answer(open_client) -> None:
    engine = Sharing()
    client = open_client(engine=engine)

    answer = await client.post(
        "/graphql",
        json={"query": "subscription { ticks }"},
        headers={"accept": "text/event-stream"},
    )

    first = answer.content.split(b"\n\n")[1]
    assert first == b"event: next\ndata: " + dump_json({"data": DATA})
    assert engine.answers[0].written == dump_json({"data": DATA})
