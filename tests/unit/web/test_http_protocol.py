"""Requests whose head came before: answered as uvicorn's own protocol would have them answered."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.fakes.engine import FakeEngine
from tests.patience import until
from tests.unit.web.conftest import make_context
from web.documents.persisted_documents import Documents, index_documents
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.serving.http_protocol import LEARNED_MAX, RepeatedHeads, write_headers
from web.wire.limits import WebLimits

DATE = (b"date", b"Fri, 20 Nov 2026 12:00:00 GMT")
IDS = re.compile(rb"[0-9a-f]{32}")
TURNS = 60
"""Turns of the loop in which all that does not wait for anybody has ended."""
KEEP_ALIVE_SECONDS = 3_600


class FakeTransport(asyncio.Transport):
    """Keeps what is written, and tells its protocol when it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.is_closed = False
        self.is_reading = True
        self.protocol: asyncio.Protocol | None = None

    def write(self, data: Any) -> None:
        if not self.is_closed:
            self.writes.append(bytes(data))

    def close(self) -> None:
        if not self.is_closed and self.protocol is not None:
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        addresses = {"peername": ("203.0.113.7", 1234), "sockname": ("127.0.0.1", 80)}
        return addresses.get(name, default)

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True


@dataclass
class Connection:
    """A client's connection to a front of its own."""

    kind: type[HttpToolsProtocol] = RepeatedHeads
    engine: FakeEngine = field(default_factory=FakeEngine)
    limits: WebLimits = field(default_factory=lambda: WebLimits(batch_operations_max=3))
    config: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        documents = Documents(own=index_documents({"home": "query Home { hello }"}))
        parts = FrontParts(
            engine=self.engine,
            make_context=make_context,
            documents=documents,
            limits=self.limits,
            allowed_origins=frozenset(["https://own.test"]),
        )
        given: dict[str, Any] = {"proxy_headers": False, "access_log": False, **self.config}
        config = uvicorn.Config(
            build_app(parts, checks={}),
            lifespan="off",
            log_config=None,
            **{"timeout_keep_alive": KEEP_ALIVE_SECONDS, **given},
        )
        config.load()
        self.state = ServerState()
        self.state.default_headers = [DATE]
        self.protocol = self.kind(config=config, server_state=self.state, app_state={})
        self.transport = FakeTransport()
        self.transport.protocol = self.protocol
        self.protocol.connection_made(self.transport)

    @property
    def told(self) -> bytes:
        """All that was answered, but for what is of chance."""
        return IDS.sub(b"ID", b"".join(self.transport.writes))

    async def send(self, *chunks: bytes) -> None:
        """Send what a client that waits for nobody sends, as far as it is read."""
        for chunk in chunks:
            if not self.transport.is_reading:
                await self.settle()
            if not self.transport.is_closed:
                self.protocol.data_received(chunk)

    async def ask(self, data: bytes) -> bytes:
        """Send something, and give what is answered to it at once."""
        before = len(self.transport.writes)
        await self.send(data)
        await self.settle()
        return b"".join(self.transport.writes[before:])

    async def settle(self) -> None:
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def leave(self) -> None:
        """Hang up."""
        self.protocol.connection_lost(None)
        await until(lambda: not self.state.tasks)


def request(
    query: str, *lines: str, name: str = "content-length", start: str = "POST /graphql HTTP/1.1"
) -> bytes:
    """One request as a client writes it."""
    body = json.dumps({"query": query}).encode()
    head = [start, "host: tutti.test", "content-type: application/json", *lines]
    return "\r\n".join([*head, f"{name}: {len(body)}", "", ""]).encode() + body


def body_of(answer: bytes) -> Any:
    return json.loads(answer.partition(b"\r\n\r\n")[2])


def stop_parsing(connection: Connection) -> None:
    """From now on only what is known can be answered."""

    def refuse(_data: bytes) -> None:
        raise AssertionError("it was parsed")

    connection.protocol.parser = type("Parser", (), {"feed_data": staticmethod(refuse)})()


# Whatever differs

USUAL_STARTS = ["POST /graphql HTTP/1.1", "POST /graphql/o/home HTTP/1.1"]
ODD_STARTS = [
    "POST /graphql?page=1 HTTP/1.1",
    "POST /graphql HTTP/1.0",
    "POST /%67raphql HTTP/1.1",
    "POST /nowhere HTTP/1.1",
    "GET /graphql?query=%7Bhello%7D HTTP/1.1",
    "PUT /graphql HTTP/1.1",
    "post /graphql HTTP/1.1",
]
USUAL_LINES = [
    "accept: application/graphql-response+json",
    "accept: text/event-stream",
    "accept-encoding: gzip",
    "authorization: Bearer anna",
    "authorization: Bearer ben",
    "authorization: Bearer bad",
    "authorization: Bearer cookie-setter",
    "connection: keep-alive",
    "cookie: session=anna",
    "idempotency-key: once",
    "origin: https://other.test",
    "origin: https://own.test",
    "x-content-length: 7",
    "x-request-id: of-the-client",
]
ODD_LINES = [
    "Content-Type: application/json",
    "content-type: application/json; charset=utf-16",
    "accept: text/plain",
    "Connection: close",
    "connection: upgrade",
    "connection: keep-alive, close",
    "content-encoding: odd",
    "expect: 100-continue",
    "te: trailers",
    "transfer-encoding: chunked",
    "Upgrade: h2c\r\nconnection: upgrade",
    "x-request-id: of the client",
    "x-folded: a\r\n content-length: 7",
    "x-empty:",
    "x-odd\t: 1",
    "no header",
]
USUAL_LENGTHS = ["content-length: {}", "Content-Length:{}", "CONTENT-LENGTH: \t{} "]
ODD_LENGTHS = [
    "content-length: 0{}",
    "content-length: +{}",
    "content-length: {0}, {0}",
    "content-length: {0}\r\ncontent-length: {0}",
    "content-length: {0}\r\ncontent-length: 7",
    "content-length: 1{}",
    "content-length:",
    "x-nothing: {}",
]
BODIES = [
    b'{"query": "{ hello }"}',
    b'{"query": "{ viewer }"}',
    b'{"query": "{ viewer hello }", "variables": {}}',
    b'{"query": "mutation { add(amount: 2) }"}',
    b'{"query": "{ echo(text: \\"' + b"long " * 400 + b'\\") }"}',
    b'{"query": "{ forbidden }"}',
    b'{"query": "{ nothing }"}',
    b'{"query": "subscription { ticks(count: 2) }"}',
    b'{"query": 7}',
    b'[{"query": "{ hello }"}, {"query": "{ viewer }"}]',
    b'{"documentId": "home"}',
    b'{"extensions": {}}',
    b"{",
    b"7",
    b"",
    b"0\r\n\r\n",
]


@st.composite
def heads(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A head, as a function of the body behind it; odd in one way at most."""
    odd = draw(st.sampled_from(["start", "line", "length", "end", *["nothing"] * 8]))
    start = draw(st.sampled_from(ODD_STARTS if odd == "start" else USUAL_STARTS))
    lines = ["host: tutti.test", "content-type: application/json"]
    lines += draw(st.lists(st.sampled_from(USUAL_LINES), max_size=2, unique=True))
    if odd == "line":
        lines.append(draw(st.sampled_from(ODD_LINES)))
    lines.append(draw(st.sampled_from(ODD_LENGTHS if odd == "length" else USUAL_LENGTHS)))
    ends = ["\r\n"] * (len(lines) + 2)
    if odd == "end":
        ends[draw(st.integers(0, len(ends) - 1))] = "\n"
    written = [start, *draw(st.permutations(lines)), ""]

    def write(body: bytes) -> bytes:
        told = [line.format(len(body)) if "{" in line else line for line in written]
        return "".join(map(str.__add__, told, ends)).encode() + body

    return write


@st.composite
def conversations(draw: st.DrawFn) -> list[tuple[bytes, bool]]:
    """What comes over a connection, and after what its client waits: few heads, many times."""
    known = draw(st.lists(heads(), min_size=1, max_size=2))
    chunks: list[tuple[bytes, bool]] = []
    for _ in range(draw(st.integers(3, 8))):
        data = draw(st.sampled_from(known))(draw(st.sampled_from(BODIES)))
        how = draw(st.sampled_from(["cut", "changed", "together", "early", *["whole"] * 8]))
        place = draw(st.integers(0, len(data) - 1))
        if how == "cut":
            chunks += (data[:place], draw(st.booleans())), (data[place:], True)
        elif how == "changed":  # as no client would send it
            changed = data[:place] + draw(st.binary(max_size=2)) + data[place + 1 :]
            chunks.append((changed, True))
        elif how == "together" and chunks:
            before, waits = chunks.pop()
            chunks.append((before + data, waits))
        else:
            chunks.append((data, how == "whole"))
    return [(chunk, waits) for chunk, waits in chunks if chunk]


async def told_by(kind: type[HttpToolsProtocol], chunks: list[tuple[bytes, bool]]) -> Any:
    connection = Connection(kind)
    for chunk, waits in chunks:
        await connection.send(chunk)
        if waits:
            await connection.settle()
    await connection.settle()
    if not connection.transport.is_closed:
        await connection.leave()
    await until(lambda: not connection.state.tasks)
    asked = [each.document for each in connection.engine.requests]
    return connection.told, connection.transport.is_closed, asked, connection.state.total_requests


@settings(max_examples=300)
@given(chunks=conversations())
def test_everything_is_answered_as_uvicorn_answers_it(chunks: list[tuple[bytes, bool]]) -> None:
    theirs = asyncio.run(told_by(HttpToolsProtocol, chunks))
    ours = asyncio.run(told_by(RepeatedHeads, chunks))

    assert ours == theirs


# What is known


async def test_a_head_that_comes_again_is_not_parsed_and_its_answer_is_written_at_once() -> None:
    connection = Connection()
    first = await connection.ask(request("{ hello }"))
    stop_parsing(connection)

    second = await connection.ask(request("{ hello viewer }"))

    assert body_of(first) == {"data": {"hello": "world"}}
    assert body_of(second) == {"data": {"hello": "world", "viewer": "anonymous"}}
    assert len(connection.transport.writes) == 3
    assert connection.state.total_requests == 2


async def test_requests_of_one_head_have_ids_of_their_own_unless_the_head_names_one() -> None:
    connection, named = Connection(), Connection()

    answers = [await connection.ask(request("{ hello }")) for _ in range(3)]
    of_client = [await named.ask(request("{ hello }", "x-request-id: mine-1234")) for _ in range(2)]

    found = [IDS.findall(answer) for answer in answers]
    assert all(len(ids) == 1 for ids in found)
    assert len({ids[0] for ids in found}) == 3
    assert all(b"x-request-id: mine-1234\r\n" in answer for answer in of_client)


async def test_who_asks_is_read_anew_from_a_head_that_differs() -> None:
    connection = Connection()

    viewers = [
        body_of(await connection.ask(request("{ viewer }", f"authorization: Bearer {name}")))
        for name in ("anna", "anna", "bena", "anna")
    ]

    assert [each["data"]["viewer"] for each in viewers] == ["anna", "anna", "bena", "anna"]


async def test_what_one_request_adds_to_its_answer_is_not_told_to_the_next() -> None:
    connection = Connection()
    token = "authorization: Bearer cookie-setter"

    answers = [await connection.ask(request("{ hello }", token)) for _ in range(3)]

    assert [answer.count(b"set-cookie: session=anna") for answer in answers] == [1, 1, 1]


@pytest.mark.parametrize(
    "start", [b"\0\r\n\r\n", b"\r\n\r\n", b"\r\n\r\nX\r\n\r\n", b"\x16\x03\x01"]
)
async def test_what_is_no_request_is_answered_as_ever(start: bytes) -> None:
    theirs, ours = Connection(HttpToolsProtocol), Connection()

    told = [await each.ask(start) + await each.ask(request("{ hello }")) for each in (theirs, ours)]

    assert IDS.sub(b"ID", told[0]) == IDS.sub(b"ID", told[1])


async def test_headers_of_an_answer_that_say_how_it_ends_are_left_to_uvicorn() -> None:
    assert write_headers([(b"X-One", b"1"), (b"x-two", b"2")]) == b"x-one: 1\r\nx-two: 2\r\n"
    for wrong in ((b"Connection", b"close"), (b"x y", b"1"), (b"x", b"1\r\ny: 2")):
        assert write_headers([wrong]) is None


async def test_a_request_inside_of_the_body_of_another_is_not_answered() -> None:
    connection = Connection()
    inner = request("{ viewer }", "authorization: Bearer anna")
    outer = [b"POST /graphql HTTP/1.1", b"host: tutti.test", b"content-length: %d" % len(inner)]
    await connection.ask(inner)

    early = await connection.ask(b"\r\n".join([*outer, b"", b""]))
    answer = await connection.ask(inner)

    assert early.startswith(b"HTTP/1.1 415 ")
    assert answer == b""
    assert len(connection.engine.requests) == 1


async def test_a_body_of_a_known_head_has_its_bound() -> None:
    connection = Connection(limits=WebLimits(body_bytes_max=60))
    await connection.ask(request("{ hello }"))

    answer = await connection.ask(request("{ hello }" + " " * 60))

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert len(connection.engine.requests) == 1


async def test_a_connection_that_never_repeats_itself_learns_no_more() -> None:
    connection = Connection()
    for number in range(LEARNED_MAX):
        await connection.ask(request("{ hello }", f"x-forwarded-for: 10.0.0.{number}"))
    await connection.ask(request("{ hello }", "x-last: 1"))
    stop_parsing(connection)

    with pytest.raises(AssertionError, match="it was parsed"):
        connection.protocol.data_received(request("{ hello }", "x-last: 1"))


@pytest.mark.parametrize(
    ("_case", "config"),
    [
        ("proxies are trusted", {"proxy_headers": True}),
        ("connections are bounded by the server", {"limit_concurrency": 9}),
    ],
)
async def test_nothing_is_known_where(_case: str, config: dict[str, Any]) -> None:
    connection = Connection(config=config)
    await connection.ask(request("{ hello }"))
    stop_parsing(connection)

    with pytest.raises(AssertionError, match="it was parsed"):
        connection.protocol.data_received(request("{ hello }"))


# What takes a while


async def ask_slowly(connection: Connection, query: str = "{ slow }") -> None:
    """Begin something that ends when the engine's gate opens, by a head that is known."""
    await connection.ask(request("{ hello }"))
    connection.transport.writes.clear()
    connection.protocol.data_received(request(query))
    await connection.engine.started.wait()


async def test_what_comes_while_something_is_under_way_is_answered_after_it() -> None:
    connection = Connection()
    await ask_slowly(connection)

    connection.protocol.data_received(request("{ viewer }") + request("{ hello }"))
    await connection.settle()
    is_read, early = connection.transport.is_reading, list(connection.transport.writes)
    connection.engine.gate.set()
    await until(lambda: b"world" in connection.told)

    assert (is_read, early) == (False, [])
    places = [connection.told.index(word) for word in (b"done", b"anonymous", b"world")]
    assert places == sorted(places)
    assert connection.transport.is_reading


async def test_a_query_is_given_up_when_its_client_leaves() -> None:
    connection = Connection()
    await ask_slowly(connection)

    await connection.leave()

    assert connection.engine.stopped == ["slow"]
    assert connection.transport.writes == []


async def test_a_mutation_runs_to_its_end_after_its_client_left() -> None:
    connection = Connection()
    await ask_slowly(connection, "mutation { slowAdd }")

    connection.protocol.connection_lost(None)
    connection.engine.gate.set()
    await until(lambda: not connection.state.tasks)

    assert connection.engine.total == 1
    assert connection.transport.writes == []


async def test_a_server_that_stops_waits_for_what_is_under_way_and_closes_behind_it() -> None:
    connection = Connection()
    await ask_slowly(connection)

    connection.protocol.shutdown()
    is_awaited = len(connection.state.tasks) == 1 and not connection.transport.is_closed
    connection.engine.gate.set()
    await until(lambda: connection.transport.is_closed)

    assert is_awaited
    assert b"connection: close\r\n" in connection.told
    assert b'{"data":{"slow":"done"}}' in connection.told


async def test_a_server_that_stops_closes_who_asks_nothing() -> None:
    connection = Connection()
    for _ in range(2):
        await connection.ask(request("{ hello }"))

    connection.protocol.shutdown()

    assert connection.transport.is_closed


async def test_a_server_that_is_about_to_stop_closes_after_the_answer() -> None:
    connection = Connection()
    await connection.ask(request("{ hello }"))
    connection.state.default_headers = [DATE, (b"connection", b"close")]

    answer = await connection.ask(request("{ hello }"))

    assert body_of(answer) == {"data": {"hello": "world"}}
    assert answer.count(b"connection: close\r\n") == 1
    assert connection.transport.is_closed


async def test_a_client_that_does_not_read_is_waited_for() -> None:
    connection = Connection()
    await connection.ask(request("{ hello }"))
    connection.protocol.pause_writing()

    early = await connection.ask(request("{ hello }"))
    connection.protocol.resume_writing()
    await connection.settle()

    assert early == b""
    assert connection.told.count(b'{"data":{"hello":"world"}}') == 2


async def test_a_connection_is_kept_for_a_while_after_its_last_answer_and_then_closed() -> None:
    connection = Connection()
    for _ in range(2):
        await connection.ask(request("{ hello }"))

    connection.protocol.timeout_keep_alive_handler()  # of the first answer
    is_kept = not connection.transport.is_closed
    timer = connection.protocol.timeout_keep_alive_task
    connection.protocol.timeout_keep_alive = 0
    connection.protocol.timeout_keep_alive_handler()

    assert is_kept
    assert timer is not None
    assert connection.transport.is_closed


async def test_nobody_is_thought_silent_while_an_answer_is_under_way() -> None:
    connection = Connection()
    await ask_slowly(connection)
    connection.protocol.timeout_keep_alive = 0

    connection.protocol.timeout_keep_alive_handler()
    is_kept = not connection.transport.is_closed
    connection.engine.gate.set()
    await until(lambda: connection.transport.is_closed)

    assert is_kept
    assert b'{"data":{"slow":"done"}}' in connection.told


async def test_a_stream_may_follow_a_known_head() -> None:
    connection = Connection()
    accept = "accept: application/json, text/event-stream;q=0.5"
    await connection.ask(request("{ hello }", accept))
    stop_parsing(connection)

    answer = await connection.ask(request("subscription { ticks(count: 2) }", accept))

    assert b"content-type: text/event-stream; charset=utf-8\r\n" in answer
    assert answer.count(b"event: next") == 2
    assert answer.endswith(b"0\r\n\r\n")


async def test_a_bug_is_answered_and_the_connection_goes_on() -> None:
    connection = Connection()
    await connection.ask(request("{ hello }", "authorization: Bearer anna"))

    bug = await connection.ask(request("{ hello }", "authorization: Bearer bugs"))
    known_bug = [
        await connection.ask(request("{ hello }", "authorization: Bearer bug")) for _ in range(2)
    ]
    after = await connection.ask(request("{ hello }", "authorization: Bearer anna"))

    assert body_of(bug) == body_of(after) == {"data": {"hello": "world"}}
    codes = [body_of(each)["errors"][0]["extensions"]["code"] for each in known_bug]
    assert codes == ["INTERNAL", "INTERNAL"]


async def test_a_client_on_a_real_socket_repeats_itself(serve: Callable[..., Any]) -> None:
    address = await serve()

    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answers = [
            (await client.post("/graphql", json={"query": f"{{ echo(text: {text}) }}"})).json()
            for text in ('"a"', '"b"', '"much longer"', '""')
        ]

    assert [each["data"]["echo"] for each in answers] == ["a", "b", "much longer", ""]
