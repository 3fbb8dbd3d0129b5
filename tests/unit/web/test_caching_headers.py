"""What answers tell browsers and caches in front of us, and who is given a kept one over HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from adapters.cache.memory import MemoryCache
from federation.engine import GraphQLRequest, GraphQLResponse
from federation.operation.cache_policy import CachePolicy, strictest_policy
from federation.operation.freshness import Sharing
from tests.fakes.engine import FakeEngine
from tests.unit.web.conftest import ADD, make_context
from web.caching.response_cache import ResponseCache
from web.wire.client_request import ClientRequest
from web.wire.limits import WebLimits

POLICIES = {
    "hello": CachePolicy(max_age=60, sharing=Sharing.EVERYONE, tags=("Greeting",)),
    "echo": CachePolicy(max_age=30, sharing=Sharing.STRANGERS, tags=("Echo", "Query.echo")),
    "viewer": CachePolicy(max_age=20, sharing=Sharing.VIEWER, tags=("User",)),
    "broken": CachePolicy(max_age=20, sharing=Sharing.EVERYONE, tags=("User",)),
}
HELLO = "{ hello }"
ECHO = '{ echo(text: "hi") }'
VIEWER = "{ viewer }"


class HintedEngine(FakeEngine):
    """Knows how long each of its fields is good; slow ones do not say."""

    async def cache_policy(self, request: GraphQLRequest) -> CachePolicy | None:
        names = [*POLICIES, "slow", "add"]
        asked = [POLICIES.get(name) for name in names if name in request.document]
        return strictest_policy(asked)

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        response = await super().execute(request, context)
        if not response.errors:
            response.caching = await self.cache_policy(request)
        return response


@pytest.fixture
def engine() -> HintedEngine:
    made = HintedEngine()
    made.gate.set()
    return made


@pytest.fixture
def client(open_client, engine) -> httpx.AsyncClient:
    return open_client(
        response_cache=ResponseCache(MemoryCache(), engine, schema=""),
        viewer_of=lambda context: "" if context == "anonymous" else context,
        limits=WebLimits(batch_operations_max=5),
    )


async def post(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post("/graphql", json={"query": query}, headers=sent)


async def get(client: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/graphql", params={"query": query}, headers=sent)


@pytest.mark.parametrize("ask", [post, get])
@pytest.mark.parametrize(
    ("query", "headers", "told"),
    [
        (HELLO, {}, "public, max-age=60"),
        (ECHO, {}, "public, max-age=30"),
        (VIEWER, {}, "private, max-age=20"),
        ('{ hello echo(text: "a") }', {}, "public, max-age=30"),
        ("{ hello viewer }", {}, "private, max-age=20"),
        (HELLO, {"authorization": "Bearer anna"}, "public, max-age=60"),
        (ECHO, {"authorization": "Bearer anna"}, "no-store"),
        (ECHO, {"cookie": "session=anna", "sec_fetch_site": "same-origin"}, "no-store"),
        (VIEWER, {"authorization": "Bearer anna"}, "private, max-age=20"),
        ("{ broken }", {}, "no-store"),
        ("{ hello broken }", {}, "no-store"),
        ("{ nothing }", {}, "no-store"),
        (HELLO, {"authorization": "Bearer cookie-setter"}, "no-store"),
    ],
)
async def test_an_answer_says_for_how_long_it_is_good_and_for_whom(
    ask, query, headers, told, client
) -> None:
    answer = await ask(client, query, **headers)

    assert answer.headers["cache-control"] == told
    is_public = told.startswith("public")
    assert ("surrogate-key" in answer.headers) == is_public
    assert "Authorization" in answer.headers["vary"]


async def test_what_says_nothing_is_told_as_before(client) -> None:
    kept, posted = await get(client, "{ slow }"), await post(client, "{ slow }")

    assert kept.headers["cache-control"] == "no-cache"
    assert posted.headers["cache-control"] == "no-store"
    assert "surrogate-key" not in kept.headers


async def test_caches_in_front_learn_names_and_age(client, monkeypatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("web.caching.response_cache.time.time", lambda: now[0])
    first = await get(client, ECHO)
    now[0] += 12
    again = await get(client, ECHO)
    current = await get(client, ECHO, if_none_match=first.headers["etag"])

    assert first.headers["surrogate-key"] == "Echo Query.echo"
    assert first.headers["cache-tag"] == "Echo,Query.echo"
    assert "age" not in first.headers
    assert again.headers["age"] == "12"
    assert again.headers["etag"] == first.headers["etag"]
    assert (current.status_code, current.content) == (304, b"")
    assert current.headers["cache-control"] == "public, max-age=30"
    assert current.headers["age"] == "12"


async def test_one_execution_answers_get_and_post_and_every_coding(client, engine) -> None:
    long = '{ echo(text: "' + "x" * 2_000 + '") }'
    plain = await post(client, long)
    packed = await get(client, long, accept_encoding="gzip")

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.json() == plain.json()
    assert len(engine.requests) == 1


async def test_no_viewer_is_given_the_answer_of_another(client, engine) -> None:
    named = [{}, {"authorization": "Bearer anna"}, {"authorization": "Bearer ben"}]
    for _ in range(3):
        told = [(await post(client, VIEWER, **each)).json()["data"]["viewer"] for each in named]
        assert told == ["anonymous", "anna", "ben"]
    assert len(engine.requests) == 9


async def test_whoever_logs_in_or_out_is_told_anew(client, engine) -> None:
    for headers in ({}, {"authorization": "Bearer anna"}, {}, {"authorization": "Bearer anna"}):
        await post(client, ECHO, **headers)
    assert len(engine.requests) == 3  # the stranger's second was kept

    refused = await post(client, ECHO, authorization="Bearer bad")
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert refused.headers["cache-control"] == "no-store"


async def test_a_kept_answer_is_refused_to_who_is_refused_everything(client, engine) -> None:
    await post(client, HELLO)

    assert (await post(client, HELLO, authorization="Bearer bad")).status_code == 401
    assert (await post(client, HELLO, x_api_key="unknown")).status_code == 401
    assert len(engine.requests) == 1


async def test_mutations_and_streams_are_never_kept(client, engine) -> None:
    for _ in range(2):
        body = {"query": ADD, "variables": {"amount": 1}}
        answer = await client.post("/graphql", json=body)
        assert answer.headers["cache-control"] == "no-store"
    assert engine.total == 2

    for _ in range(2):
        body = {"query": "subscription { ticks(count: 1) }"}
        events = await client.post("/graphql", json=body, headers={"accept": "text/event-stream"})
        assert events.headers["cache-control"] == "no-store"
    assert len(engine.requests) == 4


async def test_no_header_that_is_not_in_the_key_comes_back_in_a_kept_answer(client) -> None:
    odd = {
        "host": "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "gopher",
        "x-original-url": "/evil",
        "x-request-id": "poisoned-request-id",
        "accept-language": "evil",
        "user-agent": "evil",
        "apollographql-client-name": "evil",
        "referer": "https://evil.example",
    }
    first = await client.post("/graphql", json={"query": ECHO}, headers=odd)
    second = await post(client, ECHO)

    assert first.headers["cache-control"] == "public, max-age=30"
    assert second.content == first.content
    kept = " ".join([second.text, *second.headers.values()])
    assert "evil" not in kept
    assert "poisoned" not in kept


async def test_the_standing_of_a_rate_is_not_kept_for_others(open_client, engine) -> None:
    @asynccontextmanager
    async def limited(client: ClientRequest) -> AsyncIterator[str]:
        client.answer_headers.append(("ratelimit", '"address";r=9;t=1'))
        async with make_context(client) as context:
            yield context

    client = open_client(make_context=limited)

    assert "ratelimit" not in (await get(client, HELLO)).headers
    assert "ratelimit" in (await get(client, "{ slow }")).headers
    assert "ratelimit" in (await get(client, VIEWER)).headers


@pytest.mark.parametrize(
    ("queries", "told"),
    [
        ([HELLO, HELLO], "public, max-age=60"),
        ([HELLO, ECHO], "public, max-age=30"),
        ([HELLO, VIEWER], "private, max-age=20"),
        ([HELLO, "{ slow }"], "no-store"),
        ([HELLO, "mutation { add(amount: 1) }"], "no-store"),
        ([HELLO, "{ broken }"], "no-store"),
        ([HELLO, "{ nothing }"], "no-store"),
    ],
)
async def test_the_strictest_policy_of_a_batch_holds_for_all_of_it(queries, told, client) -> None:
    batch = [{"query": query} for query in queries]
    for each in (batch, batch[::-1], batch):  # kept or not, and in whatever order
        answer = await client.post("/graphql", json=each)
        assert answer.headers["cache-control"] == told


async def test_a_batch_is_as_old_as_the_oldest_of_its_answers(client, monkeypatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr("web.caching.response_cache.time.time", lambda: now[0])
    await post(client, ECHO)
    now[0] += 10

    answer = await client.post("/graphql", json=[{"query": HELLO}, {"query": ECHO}])

    assert answer.headers["cache-control"] == "public, max-age=20"
    assert json.loads(answer.content)[1] == {"data": {"echo": "hi"}}
    assert set(answer.headers["surrogate-key"].split(" ")) == {"Greeting", "Echo", "Query.echo"}
