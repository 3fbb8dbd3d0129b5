"""Runs the deferred parts of a plan, each once the place that it adds to was delivered."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace

from federation.execute.error_paths import Error
from federation.execute.executor import run_group
from federation.execute.fetch import Run
from federation.execute.payloads import (
    CompletedFragment,
    DeferredItem,
    IncrementalPayload,
    PendingFragment,
)
from federation.execute.shape_response import ResponseShaper
from federation.execute.tree import ClientPath, Object, places_at
from federation.operation.deferral import DeferUsage
from federation.plan.nodes import DeferredPart, OnlyTypes, Path

Shapers = Mapping[int, ResponseShaper]
"""Of each deferred part, by its identity."""
_Fragment = tuple[DeferUsage, Path]


def parts_of(parts: Iterable[DeferredPart]) -> Iterator[DeferredPart]:
    """All parts, with those that others deliver the places of."""
    for part in parts:
        yield part
        yield from parts_of(part.children)


def forget_nulls(raw: object, shown: object) -> None:
    """Take out of the tree what a null has taken out of the answer: nothing is added to it."""
    if isinstance(raw, dict) and isinstance(shown, dict):
        for key, value in shown.items():
            if value is None:
                raw[key] = None
            else:
                forget_nulls(raw.get(key), value)
    elif isinstance(raw, list) and isinstance(shown, list):
        for position, (mine, theirs) in enumerate(zip(raw, shown, strict=True)):
            if theirs is None:
                raw[position] = None
            else:
                forget_nulls(mine, theirs)


@dataclass(slots=True)
class _Place:
    """An object that a part adds to."""

    value: Object
    path: ClientPath
    pending: PendingFragment


@dataclass(slots=True)
class _Output:
    """What the next payload says."""

    pending: list[PendingFragment] = field(default_factory=list)
    incremental: list[DeferredItem] = field(default_factory=list)
    completed: list[CompletedFragment] = field(default_factory=list)


class Delivery:
    """The deferred parts of one run, from the first payload to the last."""

    def __init__(
        self, run: Run, shown: object, parts: tuple[DeferredPart, ...], shapers: Shapers
    ) -> None:
        self._run = run
        self._shown = deepcopy(shown) if parts else None
        """What the reader has so far: nothing is added to a place that was not shown."""
        self._shapers = shapers
        self._left = Counter(_fragment_of(part) for part in parts_of(parts))
        self._pending: dict[_Fragment, dict[ClientPath, PendingFragment]] = {}
        self._failed: dict[str, list[Error]] = {}
        self._running: dict[asyncio.Task[Run], tuple[DeferredPart, list[_Place]]] = {}
        self._output = _Output()
        self._ready = self._reach(parts)

    @property
    def is_over(self) -> bool:
        """Whether nothing was deferred after all."""
        return not self._ready

    def take_pending(self) -> tuple[PendingFragment, ...]:
        """The fragments that the first payload announces."""
        pending = tuple(self._output.pending)
        self._output = _Output()
        return pending

    async def payloads(self) -> AsyncGenerator[IncrementalPayload, None]:
        """One payload whenever parts have ended; all fetches are cancelled if the reader leaves."""
        try:
            self._start()
            while self._running:
                done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                for task in [each for each in self._running if each in done]:
                    self._finish(task)
                self._start()
                yield self._payload()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _payload(self) -> IncrementalPayload:
        output, self._output = self._output, _Output()
        return IncrementalPayload(
            pending=tuple(output.pending),
            incremental=tuple(output.incremental),
            completed=tuple(output.completed),
            has_next=bool(self._running),
        )

    def _start(self) -> None:
        ready, self._ready = self._ready, []
        for part, places in ready:
            run = replace(self._run, errors=[], told=set())
            self._running[asyncio.create_task(_run_part(run, part))] = (part, places)

    def _reach(self, parts: Iterable[DeferredPart]) -> list[tuple[DeferredPart, list[_Place]]]:
        """Parts whose place was delivered; of others nothing will ever come."""
        reached: list[tuple[DeferredPart, list[_Place]]] = []
        for part in parts:
            places = [
                _Place(value, path, self._announce(part, path))
                for value, path in places_at(self._run.data, part.path)
                if isinstance(_at(self._shown, path), dict)
                and self._shapers[id(part)].shows_anything(value, self._run.variables)
            ]
            if places:
                reached.append((part, places))
            else:
                for each in parts_of([part]):
                    self._end_part(each)
        return reached

    def _announce(self, part: DeferredPart, path: ClientPath) -> PendingFragment:
        length = sum(not isinstance(segment, OnlyTypes) for segment in part.usage_path)
        known = self._pending.setdefault(_fragment_of(part), {})
        place = path[:length]
        if place not in known:
            number = sum(len(each) for each in self._pending.values())
            pending = PendingFragment(id=str(number), path=place, label=part.usage.label)
            known[place] = pending
            self._output.pending.append(pending)
        return known[place]

    def _finish(self, task: asyncio.Task[Run]) -> None:
        part, places = self._running.pop(task)
        errors = task.result().errors
        for place in places:
            own = [each for each in errors if _is_at(each, place.path)]
            self._deliver(part, place, own)
        lost = [each for each in errors if not any(_is_at(each, p.path) for p in places)]
        if lost:
            self._failed.setdefault(places[0].pending.id, []).extend(lost)
        self._ready += self._reach(part.children)
        self._end_part(part)

    def _deliver(self, part: DeferredPart, place: _Place, errors: list[Error]) -> None:
        pending = place.pending
        shaper = self._shapers[id(part)]
        data = shaper.shape_at(place.value, place.path, errors, self._run.variables)
        if data is None:
            for each in part.shown.all_fields:
                place.value[each.key] = None
            self._failed.setdefault(pending.id, []).extend(errors)
            return
        forget_nulls(place.value, data)
        there = _at(self._shown, place.path)
        assert isinstance(there, dict), "only shown places are added to"
        there.update(deepcopy(data))
        self._output.incremental.append(
            DeferredItem(
                id=pending.id,
                path=place.path,
                sub_path=place.path[len(pending.path) :],
                label=pending.label,
                data=data,
                errors=errors,
            )
        )

    def _end_part(self, part: DeferredPart) -> None:
        fragment = _fragment_of(part)
        self._left[fragment] -= 1
        if self._left[fragment] == 0:
            for pending in self._pending.get(fragment, {}).values():
                errors = self._failed.get(pending.id, [])
                self._output.completed.append(
                    CompletedFragment(
                        id=pending.id, path=pending.path, label=pending.label, errors=errors
                    )
                )


async def _run_part(run: Run, part: DeferredPart) -> Run:
    if part.group.fetches:
        await run_group(run, part.group)
    return run


def _at(tree: object, path: ClientPath) -> object:
    """What stands at a path; None where nothing does."""
    for segment in path:
        if isinstance(tree, dict):
            tree = tree.get(segment)
        elif isinstance(tree, list) and isinstance(segment, int):
            tree = tree[segment]
        else:
            return None
    return tree


def _fragment_of(part: DeferredPart) -> _Fragment:
    return part.usage, part.usage_path


def _is_at(error: Error, path: ClientPath) -> bool:
    told = error.get("path")
    return isinstance(told, list) and tuple(told[: len(path)]) == path
