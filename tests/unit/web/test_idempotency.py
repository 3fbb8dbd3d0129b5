"""Mutations with an Idempotency-Key: one run, one answer."""

import asyncio

import pytest

from tests.patience import until
from tests.unit.web.conftest import ADD
from web.wire.limits import WebLimits

FIRST = {"idempotency-key": "order-1"}


def add(amount: int) -> dict[str, object]:
    return {"query": ADD, "variables": {"amount": amount}}


async def test_a_repeated_mutation_runs_once_and_gets_the_first_answer(client, engine) -> None:
    first = await client.post("/graphql", json=add(2), headers=FIRST)
    again = await client.post("/graphql", json=add(2), headers=FIRST)

    assert first.json() == again.json() == {"data": {"add": 2}}
    assert engine.total == 2


async def test_without_a_key_it_runs_each_time(client, engine) -> None:
    await client.post("/graphql", json=add(2))
    await client.post("/graphql", json=add(2))

    assert engine.total == 4


@pytest.mark.parametrize(
    ("_case", "second"),
    [
        ("other variables", add(3)),
        ("another document", {**add(2), "query": ADD + " "}),
        ("another operation name", {**add(2), "operationName": "Add"}),
    ],
)
async def test_the_same_key_for_another_request_is_a_conflict(
    _case, second, client, engine
) -> None:
    await client.post("/graphql", json=add(2), headers=FIRST)

    refused = await client.post("/graphql", json=second, headers=FIRST)

    assert refused.status_code == 409
    assert refused.json()["errors"][0]["extensions"]["code"] == "CONFLICT"
    assert engine.total == 2


async def test_the_order_of_variables_means_nothing(client, engine) -> None:
    query = (
        "mutation($amount: Int!, $skip: Boolean!) "
        "{ add(amount: $amount) x: add(amount: 9) @skip(if: $skip) }"
    )
    one = {"query": query, "variables": {"amount": 1, "skip": True}}
    other = {"query": query, "variables": {"skip": True, "amount": 1}}
    await client.post("/graphql", json=one, headers=FIRST)

    again = await client.post("/graphql", json=other, headers=FIRST)

    assert again.json() == {"data": {"add": 1}}


async def test_two_viewers_may_use_the_same_key(client, engine) -> None:
    as_anna = {**FIRST, "authorization": "Bearer anna"}
    as_ben = {**FIRST, "authorization": "Bearer ben"}

    await client.post("/graphql", json=add(1), headers=as_anna)
    answer = await client.post("/graphql", json=add(2), headers=as_ben)

    assert answer.json() == {"data": {"add": 3}}


async def test_a_duplicate_waits_for_the_first(client, engine, store) -> None:
    slow = {"query": "mutation { slowAdd }"}
    first = asyncio.create_task(client.post("/graphql", json=slow, headers=FIRST))
    await engine.started.wait()
    second = asyncio.create_task(client.post("/graphql", json=slow, headers=FIRST))
    await until(lambda: store.times_begun > 2)

    engine.gate.set()

    assert (await first).json() == (await second).json() == {"data": {"slowAdd": 1}}
    assert engine.total == 1


async def test_a_duplicate_does_not_wait_forever(open_client, engine) -> None:
    client = open_client(limits=WebLimits(duplicate_seconds_max=0.1))
    slow = {"query": "mutation { slowAdd }"}
    first = asyncio.create_task(client.post("/graphql", json=slow, headers=FIRST))
    await engine.started.wait()

    refused = await client.post("/graphql", json=slow, headers=FIRST)
    engine.gate.set()
    await first

    assert refused.status_code == 409
    assert engine.total == 1


async def test_a_failure_that_may_pass_is_run_again(client, engine, store) -> None:
    engine.storage_fails = True
    failed = await client.post("/graphql", json=add(2), headers=FIRST)
    engine.storage_fails = False

    again = await client.post("/graphql", json=add(2), headers=FIRST)

    extensions = failed.json()["errors"][0]["extensions"]
    assert (extensions["code"], extensions["retryable"]) == ("STORAGE_UNAVAILABLE", True)
    assert again.json() == {"data": {"add": 2}}


async def test_a_failure_that_stays_is_answered_again(client, engine) -> None:
    fail = {"query": "mutation { fail }"}
    first = await client.post("/graphql", json=fail, headers=FIRST)

    again = await client.post("/graphql", json=fail, headers=FIRST)

    assert len(engine.requests) == 1
    assert first.json()["errors"][0]["message"] == "No."
    assert again.json()["errors"][0]["message"] == "No."
    assert again.json()["errors"][0]["extensions"]["requestId"] == again.headers["x-request-id"]


async def test_a_mutation_that_was_stopped_never_runs_again(open_client, engine) -> None:
    client = open_client(limits=WebLimits(operation_seconds_max=0.5))
    slow = {"query": "mutation { slowAdd }"}
    stopped = await client.post("/graphql", json=slow, headers=FIRST)
    engine.gate.set()

    again = await client.post("/graphql", json=slow, headers=FIRST)

    assert stopped.status_code == 504
    assert again.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
    assert "data" not in again.json()
    assert engine.total == 0


async def test_a_refused_document_does_not_use_up_the_key(client, store) -> None:
    bad = {"query": "mutation { nothing }"}

    await client.post("/graphql", json=bad, headers=FIRST)

    assert store.stored == {}


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
async def test_an_odd_key_is_refused(key, client, engine) -> None:
    answer = await client.post("/graphql", json=add(2), headers={"idempotency-key": key})

    assert answer.status_code == 400
    assert engine.total == 0


async def test_a_key_on_a_query_changes_nothing(client, store) -> None:
    answer = await client.post("/graphql", json={"query": "{ hello }"}, headers=FIRST)

    assert answer.json() == {"data": {"hello": "world"}}
    assert store.stored == {}


async def test_the_key_may_come_in_the_extensions(client, engine) -> None:
    sent = {**add(2), "extensions": {"idempotencyKey": "order-1"}}

    await client.post("/graphql", json=sent)
    again = await client.post("/graphql", json=add(2), headers=FIRST)

    assert again.json() == {"data": {"add": 2}}
    assert engine.total == 2


async def test_without_a_store_a_key_is_refused(open_client, engine) -> None:
    client = open_client(idempotency=None)

    answer = await client.post("/graphql", json=add(2), headers=FIRST)

    assert answer.status_code == 400
    assert engine.total == 0
