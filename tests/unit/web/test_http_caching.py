"""Which answers may be kept, and how a client asks whether its own is current."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.unit.web.conftest import HELLO, PARTNER_KEY
from web.wire.client_request import ClientRequest

ASK = {"params": {"query": HELLO}}


async def test_what_a_get_finds_for_everyone_may_be_kept_and_is_asked_about(client, engine) -> None:
    first = await client.get("/graphql", **ASK)
    again = await client.get("/graphql", **ASK, headers={"if-none-match": first.headers["etag"]})

    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["etag"].startswith('W/"')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == "no-cache"
    assert again.headers["vary"] == first.headers["vary"]
    assert "content-type" not in again.headers
    assert len(engine.requests) == 2


@pytest.mark.parametrize(
    ("_case", "asked", "status"),
    [
        ("another tag", 'W/"other"', 200),
        ("several tags", 'W/"other", {tag}', 304),
        ("a tag that is said to be strong", "{strong}", 304),
        ("anything", "*", 304),
        ("nothing", "", 200),
    ],
)
async def test_tags_are_compared_weakly(_case, asked, status, client) -> None:
    tag = (await client.get("/graphql", **ASK)).headers["etag"]
    told = asked.format(tag=tag, strong=tag.removeprefix("W/"))

    answer = await client.get("/graphql", **ASK, headers={"if-none-match": told})

    assert answer.status_code == status


async def test_the_standing_of_a_rate_is_told_with_what_may_be_kept(open_client) -> None:
    @asynccontextmanager
    async def make_context(client: ClientRequest) -> AsyncIterator[str]:
        client.answer_headers.append(("ratelimit", f'"anonymous";r={next(left)};t=1'))
        yield "anonymous"

    left = iter((9, 8))
    client = open_client(make_context=make_context)

    first = await client.get("/graphql", **ASK)
    again = await client.get("/graphql", **ASK, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code) == (200, 304)
    assert again.headers["ratelimit"] == '"anonymous";r=8;t=1'


async def test_another_answer_has_another_tag(client) -> None:
    tags = {
        (await client.get("/graphql", params={"query": f'{{ echo(text: "{text}") }}'})).headers[
            "etag"
        ]
        for text in "ab"
    }

    assert len(tags) == 2


async def test_the_tag_is_the_same_however_the_answer_is_compressed(client) -> None:
    query = f'{{ echo(text: "{"x" * 2_000}") }}'

    answers = [
        await client.get("/graphql", params={"query": query}, headers={"accept-encoding": coding})
        for coding in ("identity", "gzip")
    ]

    assert [each.headers.get("content-encoding") for each in answers] == [None, "gzip"]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]


@pytest.mark.parametrize(
    ("_case", "headers", "query"),
    [
        ("a bearer token", {"authorization": "Bearer anna"}, HELLO),
        ("a cookie", {"cookie": "session=anna", "sec-fetch-site": "same-origin"}, HELLO),
        ("a partner's key", {"x-api-key": PARTNER_KEY}, HELLO),
        ("an answer with an error", {}, "{ forbidden }"),
        ("a wrong document", {}, "{ nothing }"),
        ("a refused request", {}, ""),
    ],
)
async def test_no_other_answer_is_kept(_case, headers, query, client) -> None:
    answer = await client.get("/graphql", params={"query": query}, headers=headers)

    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


async def test_no_answer_to_a_post_is_kept(client) -> None:
    answer = await client.post("/graphql", json={"query": HELLO}, headers={"if-none-match": "*"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"


async def test_what_an_answer_depends_on_is_told(client) -> None:
    answer = await client.get("/graphql", **ASK)

    assert {name.strip() for name in answer.headers["vary"].split(",")} == {
        "Accept",
        "Accept-Encoding",
        "Authorization",
        "Cookie",
        "Origin",
        "X-API-Key",
    }
