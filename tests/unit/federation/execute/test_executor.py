"""The executor: what waits for what, and what does not."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from federation.execute import send
from federation.execute.deadline import Deadline
from federation.execute.executor import run_group
from federation.execute.fetch import Run
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.limits import EngineLimits
from federation.operation.model import SelectionSet
from federation.plan.nodes import Fetch, Group, RootPart
from tests.patience import until


class Recording:
    """Answers when it is let go, and notes when it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        self.asked.append(request.document)
        await self.gates.setdefault(request.document, asyncio.Event()).wait()
        return FetchResult(data={request.document: 1})

    async def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        raise AssertionError
        yield


def a_fetch(id_: int, subgraph: str, wave: int, *after: int) -> Fetch:
    return Fetch(
        id=id_,
        subgraph=subgraph,
        wave=wave,
        after=after,
        document=f"{subgraph}{id_}",
        root=RootPart(path=(), client_fields=()),
    )


def a_run(transports: dict[str, Any]) -> Run:
    return Run(
        root=SelectionSet(type_name="Query"),
        variables={},
        context=None,
        transports=transports,
        limits=EngineLimits(),
        ends_at=asyncio.get_running_loop().time() + 60,
    )


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_fetch_waits_for_what_it_reads_and_for_its_own_subgraph_only() -> None:
    transport = Recording()
    run = a_run(dict.fromkeys("abc", transport))
    group = Group(
        fetches=(
            a_fetch(0, "a", 1),
            a_fetch(1, "b", 1),
            a_fetch(2, "c", 2, 0),
            a_fetch(3, "b", 2, 0),
        )
    )
    task = asyncio.create_task(run_group(run, group))

    await settle()
    assert transport.asked == ["a0", "b1"]
    transport.gates["a0"].set()
    await settle()
    assert transport.asked == ["a0", "b1", "c2"]
    transport.gates["b1"].set()
    await settle()
    assert transport.asked == ["a0", "b1", "c2", "b3"]
    for gate in transport.gates.values():
        gate.set()
    await task

    assert run.data == {"a0": 1, "b1": 1, "c2": 1, "b3": 1}


async def test_fetches_that_follow_each_other_need_no_task() -> None:
    seen: list[int] = []

    class Counting(Recording):
        async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
            seen.append(len(asyncio.all_tasks()))
            return FetchResult(data={request.document: 1})

    run = a_run(dict.fromkeys("ab", Counting()))
    chain = Group(fetches=(a_fetch(0, "a", 1), a_fetch(1, "b", 2, 0), a_fetch(2, "a", 3, 1)))

    await run_group(run, chain)

    assert seen == [1, 1, 1]
    assert run.data == {"a0": 1, "b1": 1, "a2": 1}


async def test_all_that_become_ready_together_run_side_by_side() -> None:
    transport = Recording()
    run = a_run(dict.fromkeys("abcd", transport))
    group = Group(
        fetches=(
            a_fetch(0, "a", 1),
            a_fetch(1, "b", 2, 0),
            a_fetch(2, "c", 2, 0),
            a_fetch(3, "d", 3, 1, 2),
        )
    )
    task = asyncio.create_task(run_group(run, group))
    await settle()
    transport.gates["a0"].set()
    await settle()

    assert sorted(transport.asked) == ["a0", "b1", "c2"]
    transport.gates["c2"].set()
    await settle()
    assert "d3" not in transport.asked
    transport.gates["b1"].set()
    await settle()
    transport.gates["d3"].set()
    await task
    assert transport.asked[-1] == "d3"


async def test_the_end_of_a_group_ends_all_its_fetches() -> None:
    transport = Recording()
    run = a_run(dict.fromkeys("ab", transport))
    group = Group(fetches=(a_fetch(0, "a", 1), a_fetch(1, "b", 1)))
    before = asyncio.all_tasks()
    task = asyncio.create_task(run_group(run, group))
    await settle()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert asyncio.all_tasks() == before


async def test_a_timer_is_set_only_for_a_fetch_that_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Local(Recording):
        async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
            if request.document == "a1":
                await asyncio.sleep(0)
            return FetchResult(data={request.document: 1})

    timers: list[float] = []

    def counted(seconds: float) -> Deadline:
        timers.append(seconds)
        return Deadline(seconds)

    monkeypatch.setattr(send, "Deadline", counted)
    run = a_run({"a": Local()})

    await run_group(run, Group(fetches=(a_fetch(0, "a", 1), a_fetch(1, "a", 2, 0))))

    assert run.data == {"a0": 1, "a1": 1}
    assert len(timers) == 1


async def test_what_waits_is_resumed_thrown_into_and_closed() -> None:
    steps: list[object] = []

    class Waiting(Recording):
        async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
            steps.append(await asyncio.sleep(0, "slept"))
            steps.append(await asyncio.sleep(0.001, "and again"))
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                steps.append("cancelled")
                await asyncio.sleep(0)
                steps.append("ended")
                raise
            raise AssertionError

    task = asyncio.create_task(
        run_group(a_run({"a": Waiting()}), Group(fetches=(a_fetch(0, "a", 1),)))
    )
    await until(lambda: len(steps) == 2)
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert steps == ["slept", "and again", "cancelled", "ended"]


async def test_what_only_lets_others_run_meets_its_end_too() -> None:
    steps: list[object] = []

    class Polite(Recording):
        async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
            for step in range(100):
                steps.append(step)
                await asyncio.sleep(0)
            raise AssertionError

    task = asyncio.create_task(
        run_group(a_run({"a": Polite()}), Group(fetches=(a_fetch(0, "a", 1),)))
    )
    await settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len(steps) < 30
