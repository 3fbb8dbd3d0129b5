"""Coroutines of batch resolvers begin where they are called, and wait in tasks when they wait."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from federation.program.bindings import Attribute, Batch, Bindings
from tests.patience import SECONDS_MAX
from tests.unit.federation.program.comparing import a_schema, compiled, messages

SDL = """
    type Query { tracks: [Track!]! }
    type Track { id: ID! plays: Int! likes: Int! }
"""
SCHEMA = a_schema(SDL, {"Query.tracks": lambda *_: [_Track("1"), _Track("2")]})
DOCUMENT = "{ tracks { plays likes } }"
DATA = {"tracks": [{"plays": 1, "likes": 2}, {"plays": 1, "likes": 2}]}


class _Track:
    def __init__(self, key: str) -> None:
        self.id = key


def _bound(plays: Any, likes: Any) -> Bindings:
    return Bindings(
        fields={
            ("Track", "id"): Attribute("id"),
            ("Track", "plays"): Batch(plays),
            ("Track", "likes"): Batch(likes),
        }
    )


async def test_what_never_waits_costs_no_task(monkeypatch: pytest.MonkeyPatch) -> None:
    async def plays(tracks: Sequence[Any], _: Any) -> list[int]:
        return [1 for _ in tracks]

    async def likes(tracks: Sequence[Any], _: Any) -> list[int]:
        return [2 for _ in tracks]

    program = compiled(SCHEMA, bindings=_bound(plays, likes))
    made: list[Any] = []
    monkeypatch.setattr("federation.program.run._task_factory", lambda _: made.append)

    result = await program.run(DOCUMENT, {}, None)

    assert result.data == DATA
    assert made == []


async def test_two_that_wait_are_finished_by_the_task_that_began_them() -> None:
    tasks: dict[str, set[Any]] = {"plays": set(), "likes": set()}

    def resolver(name: str, value: int) -> Any:
        async def resolve(tracks: Sequence[Any], _: Any) -> list[int]:
            tasks[name].add(asyncio.current_task())
            async with asyncio.timeout(60):  # which would cancel the task that entered it
                await asyncio.sleep(0)
                tasks[name].add(asyncio.current_task())
            return [value for _ in tracks]

        return resolve

    program = compiled(SCHEMA, bindings=_bound(resolver("plays", 1), resolver("likes", 2)))

    result = await program.run(DOCUMENT, {}, None)

    assert result.data == DATA
    assert [len(each) for each in tasks.values()] == [1, 1]


async def test_who_had_to_wait_waits_beside_others_the_next_time() -> None:
    met = asyncio.Barrier(2)
    is_first = True

    async def waits(tracks: Sequence[Any], _: Any) -> list[int]:
        if is_first:
            await asyncio.sleep(0)
        else:
            await met.wait()
        return [1 for _ in tracks]

    program = compiled(SCHEMA, bindings=_bound(waits, waits))
    await program.run(DOCUMENT, {}, None)
    is_first = False

    async with asyncio.timeout(SECONDS_MAX):
        result = await program.run(DOCUMENT, {}, None)

    assert result.data == {"tracks": [{"plays": 1, "likes": 1}] * 2}


async def test_what_is_raised_before_and_after_a_wait_is_told_alike() -> None:
    async def at_once(_tracks: Sequence[Any], _: Any) -> list[int]:
        raise ValueError("at once")

    async def later(_tracks: Sequence[Any], _: Any) -> list[int]:
        await asyncio.sleep(0)
        raise ValueError("later")

    program = compiled(SCHEMA, bindings=_bound(at_once, later))

    told = [messages(await program.run(DOCUMENT, {}, None)) for _ in range(3)]

    assert told[0] == told[1] == told[2]
    assert "at once" in told[0][0]


async def test_who_leaves_leaves_nothing_begun_behind() -> None:
    ended: list[str] = []
    begun = asyncio.Event()

    async def waits(tracks: Sequence[Any], _: Any) -> list[int]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")
        return [1 for _ in tracks]

    program = compiled(SCHEMA, bindings=_bound(waits, waits))
    running = asyncio.create_task(program.run(DOCUMENT, {}, None))
    async with asyncio.timeout(SECONDS_MAX):
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    assert ended == ["ended", "ended"]
