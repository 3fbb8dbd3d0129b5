"""Content codings of answers and of request bodies."""

import gzip
import zlib

import brotli
import pytest
import zstandard

from tests.unit.web.conftest import HELLO
from web.wire.compression import INLINE_BYTES_MAX, choose_coding
from web.wire.limits import WebLimits

LONG = "n" * 2_000
BODY = b'{"query": "{ hello }"}'
JSON = {"content-type": "application/json"}
CODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def echo(text: str) -> dict[str, object]:
    return {"query": "query($t: String!) { echo(text: $t) }", "variables": {"t": text}}


@pytest.mark.parametrize(
    ("accept_encoding", "expected"),
    [
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("GZIP;q=0.9, br;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("zstd;q=0, *", "br"),
        ("*;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("compress", None),
        ("gzip;q=x", None),
        ("", None),
    ],
)
def test_the_client_s_weights_count_first_and_then_ours(accept_encoding, expected) -> None:
    assert choose_coding(accept_encoding) == expected


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize(
    "length", [2_000, INLINE_BYTES_MAX + 1], ids=["where it is made", "in a thread"]
)
async def test_a_long_answer_is_compressed(coding, length, client) -> None:
    text = "é" * (length // 2)

    answer = await client.post("/graphql", json=echo(text), headers={"accept-encoding": coding})

    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["content-length"]) < length
    assert "Accept-Encoding" in answer.headers["vary"]
    assert answer.json() == {"data": {"echo": text}}


@pytest.mark.parametrize(
    ("_case", "text", "accept_encoding"),
    [
        ("a short answer", "short", "gzip, br, zstd"),
        ("a client that asks for none", LONG, "identity"),
        ("a client that asks for another", LONG, "compress"),
    ],
)
async def test_other_answers_go_as_they_are(_case, text, accept_encoding, client) -> None:
    headers = {"accept-encoding": accept_encoding}

    answer = await client.post("/graphql", json=echo(text), headers=headers)

    assert "content-encoding" not in answer.headers
    assert answer.json() == {"data": {"echo": text}}


@pytest.mark.parametrize("coding", CODERS)
async def test_a_compressed_body_is_opened(coding, client) -> None:
    answer = await client.post(
        "/graphql",
        content=CODERS[coding](BODY),
        headers={**JSON, "content-encoding": coding.upper()},
    )

    assert answer.json() == {"data": {"hello": "world"}}


@pytest.mark.parametrize("coding", CODERS)
async def test_a_body_that_opens_into_more_than_the_bound_is_413(
    coding, open_client, engine
) -> None:
    client = open_client(limits=WebLimits(body_bytes_max=1_000))
    content = CODERS[coding](BODY + b" " * 1_000)

    answer = await client.post(
        "/graphql", content=content, headers={**JSON, "content-encoding": coding}
    )

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"
    assert engine.requests == []


@pytest.mark.parametrize("coding", CODERS)
@pytest.mark.parametrize("cut", [0, 3, 12], ids=["nothing", "its beginning", "most of it"])
async def test_a_body_that_is_not_of_its_coding_is_400(coding, cut, client, engine) -> None:
    content = CODERS[coding](BODY)[:cut] if cut else BODY

    answer = await client.post(
        "/graphql", content=content, headers={**JSON, "content-encoding": coding}
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert engine.requests == []


@pytest.mark.parametrize("coding", ["compress", "gzip, gzip", "rot13"])
async def test_a_coding_that_we_do_not_know_is_415(coding, client) -> None:
    answer = await client.post(
        "/graphql", content=BODY, headers={**JSON, "content-encoding": coding}
    )

    assert answer.status_code == 415
    (error,) = answer.json()["errors"]
    assert (
        error["message"] == "Send the request body as it is, or as one of zstd, br, gzip, deflate."
    )


async def test_a_body_may_say_that_it_is_not_compressed(client) -> None:
    answer = await client.post(
        "/graphql", json={"query": HELLO}, headers={"content-encoding": "identity"}
    )

    assert answer.status_code == 200
