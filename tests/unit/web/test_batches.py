"""Several operations in one request: off by default, bounded where it is on."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.unit.web.known import HELLO
from web.wire.limits import WebLimits

ADD = "mutation { add(amount: 1) }"
BATCHES = WebLimits(batch_operations_max=3)


@pytest.fixture
def client(open_client: Callable[..., httpx.AsyncClient]) -> httpx.AsyncClient:
    return open_client(limits=BATCHES)


def codes_of(answers: list[dict[str, Any]]) -> list[str | None]:
    return [
        answer["errors"][0]["extensions"]["code"] if "errors" in answer else None
        for answer in answers
    ]


async def test_answers_come_in_the_order_of_the_operations(client: httpx.AsyncClient) -> None:
    batch = [{"query": HELLO}, {"documentId": "home"}, {"query": ADD}]

    answer = await client.post("/graphql", json=batch)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == [
        {"data": {"hello": "world"}},
        {"data": {"hello": "world"}},
        {"data": {"add": 1}},
    ]


async def test_one_that_is_refused_leaves_the_others_alone(client: httpx.AsyncClient) -> None:
    batch = [{"query": "{ unknown }"}, "no object", {"query": HELLO}]
    streams = [{"query": "subscription { forever }"}, {"query": HELLO}]

    answers = (await client.post("/graphql", json=batch)).json()
    others = (await client.post("/graphql", json=streams)).json()

    assert codes_of(answers) == ["GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST", None]
    assert codes_of(others) == ["SUBSCRIPTION_NOT_SUPPORTED", None]


async def test_more_operations_than_may_be_run_none_of_them(
    client: httpx.AsyncClient, engine: Any
) -> None:
    answer = await client.post("/graphql", json=[{"query": ADD}] * 4)

    assert answer.status_code == 400
    extensions = answer.json()["errors"][0]["extensions"]
    assert extensions["code"] == "BATCH_TOO_LARGE"
    assert extensions["details"] == {"limit": 3, "count": 4}
    assert engine.total == 0


@pytest.mark.parametrize(
    ("_case", "limits", "batch"),
    [
        ("batches are off by default", WebLimits(), [{"query": HELLO}]),
        ("an empty one", BATCHES, []),
    ],
)
async def test_what_is_no_batch_is_refused(
    _case: str, limits: WebLimits, batch: list[Any], open_client: Callable
) -> None:
    answer = await open_client(limits=limits).post("/graphql", json=batch)

    assert answer.status_code == 400
    assert codes_of([answer.json()]) == ["BAD_REQUEST"]


async def test_a_batch_in_a_batch_is_no_operation(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=[[{"query": HELLO}]])

    assert codes_of(answer.json()) == ["BAD_REQUEST"]


async def test_an_idempotency_key_does_not_cover_a_batch(
    client: httpx.AsyncClient, engine: Any
) -> None:
    for _ in range(2):
        batch = [{"query": ADD}, {"query": ADD}]
        await client.post("/graphql", json=batch, headers={"idempotency-key": "same"})

    assert engine.total == 4
