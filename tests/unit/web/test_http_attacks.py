"""Attacks on the HTTP surface that others have suffered, one test each."""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from federation.engine import Engine
from tests.federation.federated import build_engine
from tests.federation.test_defer import SOURCES, TABLES
from tests.unit.web.conftest import HELLO
from tests.unit.web.test_graphql_http import code

JSON = {"content-type": "application/json"}
COOKIE = {"cookie": "session=anna"}
PROTOTYPE = {"__proto__": {"admin": True}, "constructor": {"prototype": {"admin": True}}}

Ask = Callable[[str], Any]


@pytest.fixture(params=["GET", "POST"])
async def ask(
    request: pytest.FixtureRequest, open_client: Callable[..., httpx.AsyncClient]
) -> AsyncIterator[Ask]:
    """Ask the real engine by GET and by POST."""
    engine: Engine = build_engine(SOURCES, TABLES)
    client = open_client(engine=engine)

    async def ask_one(query: str) -> httpx.Response:
        if request.param == "GET":
            return await client.get("/graphql", params={"query": query})
        return await client.post("/graphql", json={"query": query})

    yield ask_one
    engine.close()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/plain; application/json",
        "application/json, text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
        "application/json; charset=utf-7",
        "message/rfc822",
        "x",
        ";",
        "",
    ],
)
async def test_csrf_by_an_odd_content_type_of_a_get(content_type, client, engine) -> None:
    headers = {**COOKIE, "sec-fetch-site": "cross-site", "content-type": content_type}
    query = {"query": "{ viewer }"}

    foreign = await client.get("/graphql", params=query, headers=headers)
    forced = await client.get(
        "/graphql", params=query, headers={**headers, "x-requested-with": "x"}
    )

    assert foreign.status_code in (403, 415)
    assert forced.status_code == 415
    assert engine.requests == []


async def test_csrf_by_a_browser_that_does_not_say_whose_page_it_is(client, engine) -> None:
    query = {"query": "{ viewer }"}

    unsaid = await client.get("/graphql", params=query, headers=COOKIE)
    proven = await client.get("/graphql", params=query, headers={**COOKIE, "x-requested-with": "x"})
    without = await client.get("/graphql", params=query)

    assert (unsaid.status_code, code(unsaid)) == (403, "CSRF_REFUSED")
    assert proven.json() == {"data": {"viewer": "anna"}}
    assert without.json() == {"data": {"viewer": "anonymous"}}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"accept": "image/avif,image/webp,*/*;q=0.8"},
        {"accept": "text/css,*/*;q=0.1", "sec-fetch-site": "same-origin"},
    ],
)
async def test_a_get_that_a_page_embeds_is_not_run(headers, open_client, engine) -> None:
    client = open_client(plain_gets=False)
    query = {"query": HELLO}

    embedded = await client.get("/graphql", params=query, headers=headers)
    meant = [
        await client.get("/graphql", params=query, headers=more)
        for more in ({"accept": "application/json"}, {"graphql-require-preflight": "1"})
    ]
    published = await client.get("/graphql/o/home", headers=headers)

    assert (embedded.status_code, code(embedded)) == (403, "CSRF_REFUSED")
    assert [each.json() for each in (*meant, published)] == [{"data": {"hello": "world"}}] * 3
    assert len(engine.requests) == 3


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_csrf_by_a_body_that_a_form_can_send(content_type, client, engine) -> None:
    headers = {**COOKIE, "origin": "https://evil.test"}
    if content_type is not None:
        headers["content-type"] = content_type

    answer = await client.post("/graphql", content=b'{"query": "{ viewer }"}', headers=headers)

    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert engine.requests == []


@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "utf-32", "ibm037", "punycode", "zip", "x"])
async def test_an_exotic_charset_hides_nothing(charset, client, engine) -> None:
    content = json.dumps({"query": HELLO}).encode()

    answer = await client.post(
        "/graphql",
        content=content,
        headers={"content-type": f"application/json; charset={charset}"},
    )

    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert engine.requests == []


async def test_a_gzip_bomb_is_opened_no_further_than_a_body_may_be(client, engine) -> None:
    bomb = gzip.compress(b'{"query": "{ hello }"}' + b" " * 200_000_000, 1)
    assert len(bomb) < 1024 * 1024

    answer = await client.post(
        "/graphql", content=bomb, headers={**JSON, "content-encoding": "gzip"}
    )

    assert (answer.status_code, code(answer)) == (413, "BODY_TOO_LARGE")
    assert engine.requests == []


@pytest.mark.parametrize(
    ("_case", "document"),
    [
        ("selections", "{ track" * 5_000),
        ("lists", "{ track(a: " + "[" * 5_000),
        ("objects", "{ track(a: " + "{a: " * 5_000),
        ("types of variables", "query($a: " + "[" * 5_000),
    ],
)
async def test_a_deep_document_does_not_overflow_the_parser(_case, document, ask) -> None:
    answer = await ask(document)

    assert answer.status_code == 200
    assert code(answer) == "DOCUMENT_TOO_LARGE"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_prototype_keys_are_names_like_any_other(method, client, engine) -> None:
    request = {"query": HELLO, "variables": PROTOTYPE, "extensions": PROTOTYPE}
    if method == "GET":
        params = {name: json.dumps(each) for name, each in request.items() if name != "query"}
        answer = await client.get("/graphql", params={"query": HELLO, **params})
    else:
        answer = await client.post("/graphql", json={**request, **PROTOTYPE})

    assert answer.json() == {"data": {"hello": "world"}}
    assert engine.requests[0].variables == PROTOTYPE


async def test_prototype_keys_pollute_no_other_request(ask, client) -> None:
    refused = await ask("query($__proto__: Int) { track { id(__proto__: $__proto__) } }")
    later = await ask("{ track { constructor: id __proto__: title } }")

    assert refused.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert later.json() == {"data": {"track": {"constructor": "1", "__proto__": "One"}}}
