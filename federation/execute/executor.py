"""Walks a plan: each fetch starts when what it reads is there."""

import asyncio
from collections.abc import Sequence

from federation.begun import Begun
from federation.execute.fetch import Run, run_fetch
from federation.plan.nodes import Fetch, Group, QueryPlan


async def run_plan(run: Run, plan: QueryPlan) -> None:
    """Run all fetches; the groups of a mutation one after the other, each to its end."""
    for group in plan.groups:
        await run_group(run, group)


async def run_group(run: Run, group: Group) -> None:
    """Run the fetches of one group, side by side where nothing is waited for.

    If the caller is cancelled, the task group cancels every fetch and waits for its end.
    """
    if group.is_chain:
        for fetch in group.fetches:
            left = run_fetch(run, fetch)
            if left is not None:
                await left
        return
    async with asyncio.TaskGroup() as tasks:
        await _Walk(run, group, tasks).run_all()


class _Walk:
    """One group on its way: who still waits for whom."""

    def __init__(self, run: Run, group: Group, tasks: asyncio.TaskGroup) -> None:
        self._run = run
        self._tasks = tasks
        self._before = group.before
        self._waiting: Sequence[Fetch] = group.fetches
        self._ended: set[int] = set()

    async def run_all(self) -> None:
        """Run the fetches that wait for nothing, and then all others."""
        await self._run_on(self._take_ready())

    async def _run_on(self, ready: list[Fetch]) -> None:
        """Run these and those that wait for them here, as long as none of them has to wait.

        While one waits, the others run beside it.
        """
        while ready:
            fetch = ready.pop(0)
            left = run_fetch(self._run, fetch)
            begun = None if left is None else Begun(left)
            if begun is not None and not begun.is_done:
                for other in ready:
                    self._tasks.create_task(self._run_on([other]))
                ready = []
                await begun
            self._ended.add(fetch.id)
            ready += self._take_ready()

    def _take_ready(self) -> list[Fetch]:
        ready: list[Fetch] = []
        waiting: list[Fetch] = []
        for fetch in self._waiting:
            (ready if self._before[fetch.id] <= self._ended else waiting).append(fetch)
        self._waiting = waiting
        return ready
