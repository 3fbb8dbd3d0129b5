"""Whatever a subgraph sends becomes a result of the right types, or an error with a code."""

import pytest

from federation.transport.http import HttpTransport
from federation.transport.options import HttpOptions, RetryLimits
from tests.unit.federation.transport.peers import (
    GOOD,
    answering,
    answering_then_closing,
    http,
    peer,
    query,
)

ONCE = HttpOptions(response_bytes_max=10_000, retries=RetryLimits(attempts_max=1), seconds_max=60)
INVALID = "SUBGRAPH_INVALID_RESPONSE"
UNAVAILABLE = "SUBGRAPH_UNAVAILABLE"
LARGE = "SUBGRAPH_RESPONSE_TOO_LARGE"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("_case", "answer", "code"),
    [
        ("a page", http("<html>Hello</html>", content_type="text/html"), INVALID),
        ("nothing", http(b""), INVALID),
        ("half of the JSON", http(b'{"data":{"a":'), INVALID),
        ("a list", http(b"[1]"), INVALID),
        ("a number", http(b"7"), INVALID),
        ("no data", http(b"{}"), INVALID),
        ("data null and no errors", http(b'{"data":null}'), INVALID),
        ("data null and empty errors", http(b'{"data":null,"errors":[]}'), INVALID),
        ("data of another type", http(b'{"data":[1]}'), INVALID),
        ("data as text", http(b'{"data":"x"}'), INVALID),
        ("very deep JSON", http(b'{"data":' + b"[" * 3000 + b"]" * 3000 + b"}"), INVALID),
        ("not UTF-8", http(b'{"data":{"a":"\xff"}}'), INVALID),
        ("NaN", http(b'{"data":{"a":NaN}}'), INVALID),
        ("a redirect", http(b"", status="302 Found", headers="location: /x\r\n"), INVALID),
        ("not found", http("no", status="404 Not Found"), INVALID),
        ("a broken server", http("oops", status="500 Oops"), UNAVAILABLE),
        ("too many requests", http("slow down", status="429 Slow"), UNAVAILABLE),
        ("another protocol", b"SSH-2.0-OpenSSH_9.0\r\n", INVALID),
        ("compressed", http(b"\x1f\x8b\x08", headers="content-encoding: gzip\r\n"), INVALID),
        ("a switch of protocols", b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", INVALID),
        ("headers without end", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 80_000, INVALID),
        ("too large, told", http(b'{"data":{"a":"' + b"x" * 20_000 + b'"}}'), LARGE),
        ("too large, in chunks", CHUNKED + (b"3e8\r\n" + b"x" * 1000 + b"\r\n") * 11, LARGE),
        ("too many tiny chunks", CHUNKED + b"1;" + b"e" * 200_000, LARGE),
    ],
)
async def test_what_is_no_answer_becomes_an_error_with_a_code(
    _case: str, answer: bytes, code: str
) -> None:
    async with peer(answering(answer)) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        result = await transport.fetch(query(), None)

        await transport.close()
        assert result.data is None
        assert [error["extensions"]["code"] for error in result.errors] == [code]
        assert await subgraph.none_connected()


@pytest.mark.parametrize(
    ("_case", "answer"),
    [
        ("no byte", b""),
        ("half a head", b"HTTP/1.1 200 OK\r\ncontent-ty"),
        ("half a body", b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":'),
        ("half a chunk", CHUNKED + b'10\r\n{"data"'),
    ],
)
async def test_a_connection_that_breaks_is_no_answer(_case: str, answer: bytes) -> None:
    async with peer(answering_then_closing(answer)) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        result = await transport.fetch(query(), None)

        await transport.close()
        assert result.errors == [
            {
                "message": "The subgraph cannot be reached.",
                "extensions": {"code": "SUBGRAPH_UNAVAILABLE"},
            }
        ]


@pytest.mark.parametrize(
    ("_case", "sent", "data", "errors"),
    [
        (
            "names that mean something elsewhere",
            '{"data":{"__proto__":{"x":1},"constructor":2}}',
            {"__proto__": {"x": 1}, "constructor": 2},
            [],
        ),
        (
            "errors of another type",
            '{"data":{"a":1},"errors":"bad"}',
            {"a": 1},
            [{"message": "The subgraph reported an error."}],
        ),
        (
            "errors with members of other types",
            '{"data":{"a":null},"errors":[{"message":7,"path":"a","extensions":[]},null]}',
            {"a": None},
            [{"message": "The subgraph reported an error."}] * 2,
        ),
        (
            "paths with odd segments",
            '{"data":{"a":null},"errors":[{"message":"m","path":["a",true]}]}',
            {"a": None},
            [{"message": "m"}],
        ),
        (
            "errors alone",
            '{"errors":[{"message":"m","locations":[],"extensions":{"code":"X"}}]}',
            None,
            [{"message": "m", "extensions": {"code": "X"}}],
        ),
    ],
)
async def test_what_can_be_used_is_used(
    _case: str, sent: str, data: object, errors: list[object]
) -> None:
    async with peer(answering(http(sent))) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        result = await transport.fetch(query(), None)

        await transport.close()
        assert (result.data, result.errors) == (data, errors)


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD, status="400 Bad Request"),
        http(GOOD, status="500 Oops"),
        http(GOOD, content_type="application/graphql-response+json"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + http(GOOD),
        CHUNKED + b'8\r\n{"data":\r\n8\r\n{"a":1}}\r\n0\r\nx-trailer: y\r\n\r\n',
    ],
)
async def test_an_answer_counts_however_it_was_framed(answer: bytes) -> None:
    async with peer(answering(answer)) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        result = await transport.fetch(query(), None)

        await transport.close()
        assert result.data == {"a": 1}


async def test_an_answer_may_end_with_its_connection() -> None:
    answer = b'HTTP/1.1 200 OK\r\n\r\n{"data":{"a":1}}'
    async with peer(answering_then_closing(answer)) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        result = await transport.fetch(query(), None)

        assert result.data == {"a": 1}
        assert transport.connections_open == 0


async def test_bytes_after_an_answer_never_reach_the_next_request() -> None:
    forged = http({"data": {"a": "forged"}})
    async with peer(answering(http(GOOD) + forged)) as subgraph:
        transport = HttpTransport(subgraph.url, options=ONCE)

        results = [await transport.fetch(query(i=number), None) for number in range(3)]

        await transport.close()
        assert [result.data for result in results] == [{"a": 1}] * 3
        assert subgraph.connections_ever == 3
