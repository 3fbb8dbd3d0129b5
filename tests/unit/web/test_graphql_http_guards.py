"""GraphQL over HTTP: bounds, foreign pages, credentials, clients that leave."""

import asyncio

import httpx
import pytest

from federation.engine import GraphQLRequest
from federation.errors import RequestError
from tests.patience import until
from tests.unit.web.conftest import HELLO
from web.wire.client_leaving import WATCHED_AFTER_SECONDS
from web.wire.limits import WebLimits

NEW = "application/graphql-response+json"
OLD = "application/json"
FROM_ELSEWHERE = {"origin": "https://evil.test"}


def code(answer: httpx.Response) -> str:
    """The code of the only error."""
    (error,) = answer.json()["errors"]
    return error["extensions"]["code"]


async def test_a_declared_body_over_the_bound_is_413_before_it_is_read(open_client) -> None:
    client = open_client(limits=WebLimits(body_bytes_max=100))

    answer = await client.post("/graphql", json={"query": "{ hello }" + " " * 100})

    assert answer.status_code == 413
    assert code(answer) == "BODY_TOO_LARGE"


async def test_a_streamed_body_over_the_bound_is_413_once_it_is_passed(open_client) -> None:
    sent = []

    async def endless():
        for number in range(1_000):
            sent.append(number)
            yield b" " * 50

    client = open_client(limits=WebLimits(body_bytes_max=100))

    answer = await client.post(
        "/graphql", content=endless(), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 413
    assert sent == [0, 1, 2]


async def test_a_body_that_does_not_arrive_is_408(open_client) -> None:
    async def stuck():
        yield b"{"
        await asyncio.sleep(60)

    client = open_client(limits=WebLimits(body_seconds_max=0.05))

    answer = await client.post(
        "/graphql", content=stuck(), headers={"content-type": "application/json"}
    )

    assert answer.status_code == 408
    assert code(answer) == "REQUEST_TIMEOUT"


async def test_a_document_over_the_bound_is_413(open_client, engine) -> None:
    client = open_client(limits=WebLimits(document_bytes_max=10))

    answer = await client.post("/graphql", json={"query": "{ hello }  "})

    assert answer.status_code == 413
    assert engine.requests == []


async def test_what_cannot_be_read_now_is_503_and_nothing_runs(open_client, engine) -> None:
    async def is_busy(_request: GraphQLRequest) -> str:
        raise RequestError("Too much is new at once; try again.", code="OVERLOADED")

    engine.operation_kind = is_busy
    client = open_client()

    answer = await client.get("/graphql", params={"query": "mutation { fail }"})

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert code(answer) == "OVERLOADED"
    assert engine.requests == []


async def test_a_query_string_over_the_bound_is_414(open_client) -> None:
    client = open_client(limits=WebLimits(query_string_bytes_max=20))

    answer = await client.get("/graphql", params={"query": HELLO + " " * 20})

    assert answer.status_code == 414
    assert code(answer) == "URI_TOO_LONG"


@pytest.mark.parametrize(
    "headers",
    [
        FROM_ELSEWHERE,
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {**FROM_ELSEWHERE, "content-type": "text/plain"},
    ],
)
async def test_a_foreign_page_may_not_ask_without_a_preflight(headers, client, engine) -> None:
    answer = await client.get("/graphql", params={"query": HELLO}, headers=headers)

    assert answer.status_code == 403
    assert code(answer) == "CSRF_REFUSED"
    assert engine.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {"graphql-require-preflight": "1"},
        {"apollo-require-preflight": "true"},
        {"content-type": "application/json"},
    ],
)
async def test_a_foreign_page_may_ask_where_the_browser_asked_first(headers, client) -> None:
    answer = await client.get(
        "/graphql", params={"query": HELLO}, headers={**FROM_ELSEWHERE, **headers}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("_case", "headers", "viewer"),
    [
        ("no browser", {}, "anna"),
        ("our own page", {"origin": "http://tutti.test"}, "anna"),
        ("an allowed page", {"origin": "https://app.tutti.example"}, "anna"),
        ("a foreign page", FROM_ELSEWHERE, "anonymous"),
        ("our name as a prefix", {"origin": "http://tutti.test.evil.test"}, "anonymous"),
        ("our name as user", {"origin": "http://tutti.test@evil.test"}, "anonymous"),
        ("a sandbox", {"origin": "null"}, "anonymous"),
    ],
)
async def test_a_cookie_counts_only_from_our_own_pages(_case, headers, viewer, open_client) -> None:
    client = open_client(allowed_origins=frozenset({"https://app.tutti.example"}))

    answer = await client.post(
        "/graphql", json={"query": "{ viewer }"}, headers={"cookie": "session=anna", **headers}
    )

    assert answer.json() == {"data": {"viewer": viewer}}


async def test_a_bearer_token_names_the_viewer(client) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ viewer }"}, headers={"authorization": "bearer ben"}
    )

    assert answer.json() == {"data": {"viewer": "ben"}}


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_a_bad_token_is_401_with_a_graphql_error(accept, client, engine) -> None:
    answer = await client.post(
        "/graphql",
        json={"query": HELLO},
        headers={"authorization": "Bearer bad", "accept": accept},
    )

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"
    assert answer.json() == {
        "errors": [
            {
                "message": "The token does not hold.",
                "extensions": {
                    "code": "UNAUTHENTICATED",
                    "requestId": answer.headers["x-request-id"],
                },
            }
        ]
    }
    assert engine.requests == []


async def test_a_bug_before_the_engine_is_500_and_masked(client) -> None:
    answer = await client.post(
        "/graphql", json={"query": HELLO}, headers={"authorization": "Bearer bug"}
    )

    assert answer.status_code == 500
    assert code(answer) == "INTERNAL"
    assert "secret" not in answer.text


async def test_too_many_operations_at_once_are_503(open_client, engine) -> None:
    client = open_client(limits=WebLimits(operations_max=1))
    first = asyncio.create_task(client.post("/graphql", json={"query": "{ slow }"}))
    await engine.started.wait()

    refused = await client.post("/graphql", json={"query": HELLO})
    engine.gate.set()
    await first
    later = await client.post("/graphql", json={"query": HELLO})

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert code(refused) == "OVERLOADED"
    assert later.status_code == 200


async def test_an_operation_over_its_time_is_504_and_stopped(open_client, engine) -> None:
    client = open_client(limits=WebLimits(operation_seconds_max=0.5))

    answer = await client.post("/graphql", json={"query": "{ slow }"})

    assert answer.status_code == 504
    assert code(answer) == "DEADLINE_EXCEEDED"
    assert engine.stopped == ["slow"]


async def test_a_query_stops_when_its_client_leaves(serve, engine) -> None:
    address = await serve()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        asked = asyncio.create_task(client.post("/graphql", json={"query": "{ slow }"}))
        await engine.started.wait()

        asked.cancel()

    await until(lambda: engine.stopped == ["slow"])


async def test_a_mutation_ends_though_its_client_leaves(serve, engine) -> None:
    address = await serve()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        asked = asyncio.create_task(client.post("/graphql", json={"query": "mutation { slowAdd }"}))
        await engine.started.wait()
        asked.cancel()
    await asyncio.sleep(2 * WATCHED_AFTER_SECONDS)

    engine.gate.set()

    await until(lambda: engine.total == 1)
