"""Attacks: each is refused with its code or answered, within the bound on processor time."""

import asyncio
import gc
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from devtools.attacks import ATTACKS, FLOOD, PLANNER_ALONE, Attack, build_engine
from federation.engine import Engine, GraphQLRequest, GraphQLResponse
from federation.limits import EngineLimits

CPU_SECONDS_MAX = 10 * EngineLimits().planning_seconds_max
"""Ten times the budget: a busy machine counts much of its own time as ours."""
BY_NAME = {each.name: each for each in ATTACKS}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Six subgraphs that share an interface with sixty implementations."""
    made = build_engine()
    gc.collect()
    gc.freeze()
    yield made
    made.close()


async def send(engine: Engine, attack: Attack, attempt: int = 0) -> GraphQLResponse:
    body = attack.body(attempt)
    request = GraphQLRequest(
        document=body["query"], variables=body["variables"], operation_name=body["operationName"]
    )
    return await engine.execute(request, None)


def codes_of(response: GraphQLResponse) -> set[str]:
    return {error["extensions"]["code"] for error in response.errors}


@pytest.mark.parametrize("name", BY_NAME)
async def test_an_attack_is_refused_with_its_code_or_answered(engine: Engine, name: str) -> None:
    attack = BY_NAME[name]
    began = time.process_time()

    response = await send(engine, attack)

    spent = time.process_time() - began
    codes = codes_of(response)
    assert spent < CPU_SECONDS_MAX
    if attack.codes:
        assert not response.has_data
        assert len(codes) == 1
        assert codes <= attack.codes | {"PLAN_TOO_COMPLEX"}
    else:
        assert codes <= {"PLAN_TOO_COMPLEX"}
        assert response.has_data == (not codes)
    assert sum(len(error["message"]) for error in response.errors) < 25_000


@pytest.mark.parametrize("name", BY_NAME)
async def test_the_loop_is_not_held_while_an_attack_is_looked_at(engine: Engine, name: str) -> None:
    attack = BY_NAME[name]
    began = time.thread_time()

    await engine.operation_kind(GraphQLRequest(document="{ ping }"))
    await asyncio.gather(_kind(engine, attack), send(engine, attack, 1), return_exceptions=True)

    assert time.thread_time() - began < 4 * 0.05


async def _kind(engine: Engine, attack: Attack) -> str:
    body = attack.body(1)
    request = GraphQLRequest(document=body["query"], operation_name=body["operationName"])
    return await engine.operation_kind(request)


async def test_a_flood_of_new_documents_is_bounded_in_memory_and_in_time(engine: Engine) -> None:
    limits = EngineLimits(plan_cache_entries_max=50)
    flooded = build_engine(limits)
    count = int(os.environ.get("TUTTI_FLOOD_DOCUMENTS", "300"))
    for attempt in range(100):
        await send(flooded, FLOOD, attempt)
    gc.collect()
    before, held = _memory_bytes(), 0.0

    for attempt in range(100, 100 + count):
        began = time.thread_time()
        response = await send(flooded, FLOOD, attempt)
        held = max(held, time.thread_time() - began)
        assert codes_of(response) <= {"PLAN_TOO_COMPLEX"}

    gc.collect()
    flooded.close()
    assert flooded.plan_cache.entries == 50
    assert _memory_bytes() - before < 64 * 2**20
    assert held < 4 * 0.05


def _memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


async def test_planning_ends_when_its_time_is_spent() -> None:
    engine = build_engine(replace(PLANNER_ALONE, planning_seconds_max=0.01))

    response = await send(engine, BY_NAME["three links over 60 implementations"])

    assert codes_of(response) == {"PLAN_TOO_COMPLEX"}
    engine.close()


async def test_large_plans_leave_room_for_few_only() -> None:
    limits = replace(PLANNER_ALONE, plan_cache_characters_max=20_000, planning_seconds_max=30)
    engine = build_engine(limits)
    large = "{ " + " ".join(f"a{each}: ping" for each in range(250)) + " }"

    for attempt in range(4):
        await engine.execute(GraphQLRequest(document=f"{{ ping }}#{attempt}"), None)
    small = engine.plan_cache.entries
    for attempt in range(8):
        await engine.execute(GraphQLRequest(document=f"{large}#{attempt}"), None)

    assert small == 4
    assert engine.plan_cache.entries == 2
    engine.close()


async def test_a_refusal_keeps_nothing_of_the_document(engine: Engine) -> None:
    response = await send(engine, BY_NAME["10,000 aliases"], 2)
    kept = [
        fault
        for fault, _ in engine._operations._prepared._entries.values()
        if isinstance(fault, Exception)
    ]

    assert codes_of(response) == {"DOCUMENT_TOO_LARGE"}
    assert kept
    assert all(each.__traceback__ is each.__cause__ is each.__context__ is None for each in kept)


@pytest.mark.parametrize("name", ["4,900 aliases", "a literal of 14,000 numbers"])
async def test_no_node_of_a_document_waits_for_the_search_for_garbage(
    engine: Engine, name: str
) -> None:
    engine_without_cache = build_engine(replace(PLANNER_ALONE, plan_cache_entries_max=0))
    gc.collect()
    gc.disable()
    try:
        await send(engine_without_cache, BY_NAME[name], 3)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        kinds = {type(each).__name__ for each in gc.garbage}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    engine_without_cache.close()

    assert not kinds & {"Token", "FieldNode", "IntValueNode", "DocumentNode"}


async def test_an_error_message_quotes_no_more_than_it_may(engine: Engine) -> None:
    response = await send(engine, BY_NAME["a name of 100,000 letters"], 4)

    assert [len(error["message"]) for error in response.errors] == [1_001]
    assert response.errors[0]["locations"] == [{"line": 1, "column": 3}]


async def test_what_a_large_plan_was_made_from_is_freed_without_a_search(engine: Engine) -> None:
    attack = BY_NAME["three links over 60 implementations"]
    await send(engine, attack, 2)  # what is learnt once stays
    gc.collect()
    gc.disable()

    await send(engine, attack, 3)

    assert gc.collect() < 5_000  # it takes 90,000 objects
    gc.enable()
