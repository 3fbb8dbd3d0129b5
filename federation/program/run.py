"""One run of a program: its branches, and the tasks of the resolvers it waits for.

The functions of a program are coroutines that only ever wait for tasks or for each other. They
are stepped by hand, inside the task that runs the program: a branch goes on as soon as what it
waits for is there, and none costs a task of its own. What others wrote runs in real tasks, so
that timeouts, cancellation and context variables mean in a resolver what they mean elsewhere.
"""

import asyncio
import sys
from collections.abc import (
    AsyncIterable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Mapping,
    Sequence,
)
from functools import partial
from types import CoroutineType, NoneType
from typing import Any

from graphql.pyutils import Undefined, is_awaitable

from federation.begun import Begun
from federation.program.arguments import Values

_CLASSES_MAX = 10_000


class Run:
    """One execution: what resolvers may know of it, and what it has under way."""

    def __init__(
        self, context: Any, variables: Values, tell: Callable[["Run"], tuple[Any, ...]]
    ) -> None:
        self.context = context
        self.variables = variables
        self.is_displayed = True
        """No level has built objects that are not as the client will see them."""
        self.built: dict[int, list[dict[str, Any]]] = {}
        """What levels built that have a place, where it is displayed."""
        self._tell = tell
        self._told: tuple[Any, ...] | None = None
        self._left_behind: list[asyncio.Future[Any]] = []
        self._asked: list[_Waiting] = []
        self._underway: set[_Waiting] = set()
        self._ready: list[_Branch] = []
        self._woken: asyncio.Future[None] | None = None

    @property
    def told(self) -> tuple[Any, ...]:
        """The tail of what every resolver is told: schema, operation, variables, context."""
        if self._told is None:
            self._told = self._tell(self)
        return self._told

    @property
    def is_underway(self) -> bool:
        """Something was left behind, which has to end with the run."""
        return bool(self._left_behind)

    async def drive(self, answered: list[Any] | Coroutine[Any, Any, list[Any]]) -> list[Any]:
        """Step a coroutine to its end; no task of this run is alive after that."""
        root = _Join(1)
        try:
            if isinstance(answered, list):
                return answered
            self._begin(answered, root, 0)
            while root.left:
                for branch in await self._wait():
                    self._step(branch)
        finally:
            if self._asked or self._underway or self._left_behind:
                await self._end_all()
        result: list[Any] = root.results[0]
        return result

    async def together(self, answered: Sequence[Any]) -> list[Any]:
        """Step some coroutines side by side; their results in order, and lists as they are."""
        join = _Join(len(answered))
        try:
            for index, each in enumerate(answered):
                if isinstance(each, list):
                    join.arrive(index, each)
                else:
                    self._begin(each, join, index)
            if join.left:
                await join
        except BaseException:
            for each in answered:
                if not isinstance(each, list):
                    each.close()
            raise
        return join.results

    async def outcome(self, awaitable: Any) -> Any:
        """What comes of one awaitable; what it raises, as the exception it is."""
        return (await _Waiting([awaitable]))[0]

    async def settle(self, values: list[Any], *, is_list: bool) -> list[Any]:
        """Values with everything awaited; what was raised stands as the exception it is.

        Async iterables are read to the end where the type is a list.
        """
        if READY.hold({*map(type, values)}):
            return values
        settled = [*values]
        waiting: dict[int, Any] = {}
        for index, value in enumerate(values):
            if value.__class__ is CoroutineType or is_awaitable(value):
                waiting[index] = value
            elif is_list and hasattr(value, "__aiter__"):
                waiting[index] = _read_all(value)
        await _settle_some(settled, waiting)
        streams = [i for i in waiting if is_list and hasattr(settled[i], "__aiter__")]
        await _settle_some(settled, {index: _read_all(settled[index]) for index in streams})
        return settled

    def start(self, awaitables: list[Any]) -> list[asyncio.Future[Any]]:
        """Tasks for what others wrote."""
        begin, adopt = _task_factory(asyncio.get_running_loop()), asyncio.ensure_future
        return [
            begin(each) if each.__class__ is CoroutineType else adopt(each) for each in awaitables
        ]

    def track(self, values: Sequence[Any]) -> None:
        """Run what a resolver leaves behind, until the run is over."""
        self._left_behind += self.start([value for value in values if is_awaitable(value)])

    def ask(self, waiting: "_Waiting") -> None:
        """A branch has come to where it has to wait."""
        self._asked.append(waiting)

    def wake(self, waiting: "_Waiting", branch: "_Branch") -> None:
        """What a branch waited for is there: let it go on, soon."""
        self._underway.discard(waiting)
        self._ready.append(branch)
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    async def _wait(self) -> list["_Branch"]:
        """The branches that can go on, as soon as there is one.

        What is waited for alone needs no task: the task of the caller waits for it, and for
        what was begun there, one after the other.
        """
        asked, self._asked = self._asked, []
        if len(asked) == 1 and not self._underway and not self._ready and asked[0].is_for_one:
            return [await asked[0].wait_here()]
        for waiting in asked:
            if waiting.is_begun:
                self._asked.append(waiting)
            else:
                self._underway.add(waiting)
                waiting.start(self)
        if self._asked:
            return [await self._asked.pop(0).wait_here()]
        if not self._ready:
            self._woken = asyncio.get_running_loop().create_future()
            await self._woken
        ready, self._ready = self._ready, []
        return ready

    def _begin(self, coroutine: Coroutine[Any, Any, Any], join: "_Join", index: int) -> None:
        try:
            waits_for = coroutine.send(None)
        except StopIteration as end:
            join.arrive(index, end.value)
        else:
            waits_for.then(self, _Branch(coroutine, join, index))

    def _step(self, branch: "_Branch | None") -> None:
        while branch is not None:
            try:
                waits_for = branch.coroutine.send(None)
            except StopIteration as end:
                branch = branch.join.arrive(branch.index, end.value)
            else:
                waits_for.then(self, branch)
                return

    async def _end_all(self) -> None:
        for waiting in self._asked:
            waiting.close()
        tasks = [*self._left_behind, *(each for some in self._underway for each in some.tasks)]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.exception()  # or the loop would tell that nobody asked for it


class _Branch:
    """A coroutine on its way to a join."""

    __slots__ = ("coroutine", "index", "join")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], join: "_Join", index: int) -> None:
        self.coroutine = coroutine
        self.join = join
        self.index = index


class _Join:
    """Where branches meet; one branch may wait there for all of them."""

    __slots__ = ("left", "results", "waiter")

    def __init__(self, branches: int) -> None:
        self.results: list[Any] = [None] * branches
        self.left = branches
        self.waiter: _Branch | None = None

    def arrive(self, index: int, result: Any) -> _Branch | None:
        """One branch is at its end; the branch that can go on because of it."""
        self.results[index] = result
        self.left -= 1
        return None if self.left else self.waiter

    def then(self, _run: Run, branch: _Branch) -> None:
        """Let a branch go on when all are here."""
        self.waiter = branch

    def __await__(self) -> Generator["_Join", None, None]:
        yield self


class _Waiting:
    """Where a branch waits for what others wrote."""

    __slots__ = ("_awaitables", "_branch", "_left", "_outcomes", "tasks")

    def __init__(self, awaitables: Iterable[Any]) -> None:
        self._awaitables = [*awaitables]
        self.tasks: list[asyncio.Future[Any]] = []
        self._left: list[asyncio.Future[Any]] = []
        self._outcomes: list[Any] | None = None
        self._branch: _Branch

    @property
    def is_for_one(self) -> bool:
        """There is only one thing to wait for."""
        return len(self._awaitables) == 1

    @property
    def is_begun(self) -> bool:
        """It was begun in the task of the caller, and has to be waited for there."""
        return self._awaitables[0].__class__ is Begun

    def then(self, run: Run, branch: _Branch) -> None:
        """Let a branch go on when all is there."""
        self._branch = branch
        run.ask(self)

    async def wait_here(self) -> _Branch:
        """Wait in the task of the caller."""
        try:
            self._outcomes = [await self._awaitables[0]]
        except Exception as error:  # noqa: BLE001 - it becomes an error of the response
            self._outcomes = [error]
        return self._branch

    def start(self, run: Run) -> None:
        """Wait in tasks."""
        self.tasks = run.start(self._awaitables)
        self._left = [*self.tasks]
        self._watch(run)

    def close(self) -> None:
        """Nobody will wait any more, and nothing was begun."""
        for each in self._awaitables:
            if each.__class__ is CoroutineType or each.__class__ is Begun:
                each.close()

    def _watch(self, run: Run) -> None:
        """Most often tasks end in order, within one turn of the loop: so the last is asked."""
        while self._left and self._left[-1].done():
            self._left.pop()
        if self._left:
            self._left.pop().add_done_callback(lambda _: self._watch(run))
        else:
            run.wake(self, self._branch)

    def __await__(self) -> Generator["_Waiting", None, list[Any]]:
        yield self
        if self._outcomes is not None:
            return self._outcomes
        return [_outcome(task) for task in self.tasks]


def _task_factory(loop: asyncio.AbstractEventLoop) -> Callable[..., asyncio.Task[Any]]:
    """What makes a task; one that begins at once, where the interpreter has them."""
    if sys.version_info >= (3, 12):
        return partial(asyncio.Task, loop=loop, eager_start=True)
    return loop.create_task


async def _settle_some(values: list[Any], waiting: Mapping[int, Any]) -> None:
    """Replace awaitables, by the place where they stand, by what comes of them."""
    if waiting:
        outcomes = await _Waiting(waiting.values())
        for index, outcome in zip(waiting, outcomes, strict=True):
            values[index] = outcome


async def there(answered: Any) -> Any:
    """What was answered, when it is there."""
    return answered if isinstance(answered, list) else await answered


class Classes:
    """Classes that passed a test; learned once, so that a level costs one comparison of sets."""

    def __init__(self, passes: Callable[[type], bool]) -> None:
        self._passes = passes
        self._passed: set[type] = set()
        self._failed: set[type] = set()

    def hold(self, kinds: set[type]) -> bool:
        """Whether all of them pass."""
        if kinds <= self._passed:
            return True
        return self._failed.isdisjoint(kinds) and self._learn(kinds)

    def _learn(self, kinds: set[type]) -> bool:
        if len(self._passed) + len(self._failed) > _CLASSES_MAX:
            self._passed.clear()
            self._failed.clear()
        passed = {kind for kind in kinds if self._passes(kind)}
        self._passed |= passed
        self._failed |= kinds - passed
        return len(passed) == len(kinds)


def _is_ready(kind: type) -> bool:
    return not (
        hasattr(kind, "__await__") or hasattr(kind, "__aiter__") or issubclass(kind, Generator)
    )


def _is_object(kind: type) -> bool:
    return _is_ready(kind) and kind not in _NO_OBJECTS and not issubclass(kind, Exception)


_NO_OBJECTS = (NoneType, type(Undefined))
READY = Classes(_is_ready)
"""Nothing to wait for."""
OBJECTS = Classes(_is_object)
"""Nothing to wait for, no exception and no null."""


async def _read_all(items: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in items]


def _outcome(task: asyncio.Future[Any]) -> Any:
    try:
        return task.result()
    except Exception as error:  # noqa: BLE001 - it becomes an error of the response
        return error
