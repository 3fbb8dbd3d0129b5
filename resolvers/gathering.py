"""Many small writes as one: whoever comes while one is under way shares the next.

    a ──▶ act([a]) ─────────▶ answered
    b c d … (meanwhile)       ──▶ act([b, c, d]) ──▶ all answered

Nobody is answered before what they brought was written, so a process that dies has promised
nothing that is lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from errors import RateLimited

TOGETHER_MAX: Final = 250
WAITING_MAX: Final = 10_000

ItemT = TypeVar("ItemT")
AnswerT = TypeVar("AnswerT")
Act = Callable[[Sequence[ItemT]], Awaitable[Sequence[AnswerT | Exception]]]
_Waiting = tuple[Any, "asyncio.Future[Any]"]


class Gathering(Generic[ItemT, AnswerT]):
    """One for each kind of write and process; it begins one at most in `seconds_min`.

    Alone, somebody waits for nobody; in a crowd, `seconds_min` and the write at most.
    """

    def __init__(self, *, seconds_min: float = 0.0, together_max: int = TOGETHER_MAX) -> None:
        self._seconds_min = seconds_min
        self._together_max = together_max
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None
        self._begun_at = float("-inf")
        self.writes = 0
        """How often something was written."""

    async def add(self, item: ItemT, act: Act[ItemT, AnswerT]) -> AnswerT:
        """Have an item written, with others, by the first one's `act`; its own answer.

        `act` answers in the order of its items; an exception among them is raised for its item
        alone, one that it raises for all of them.

        Raises:
            RateLimited: too many wait already.
        """
        if len(self._waiting) >= WAITING_MAX:
            raise RateLimited("Too many changes wait to be written; try again in a moment.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[AnswerT] = loop.create_future()
        self._waiting.append((item, future))
        if self._running is None:
            self._running = loop.create_task(self._run(act), name="gathering")
        return await future

    async def _run(self, act: Act[ItemT, AnswerT]) -> None:
        """Write until nobody waits any more."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                await self._let_others_come(loop)
                some = self._waiting[: self._together_max]
                del self._waiting[: self._together_max]
                self._begun_at = loop.time()
                await _write(some, act)
                self.writes += 1
        finally:
            self._running = None
            for _, future in self._waiting:  # only where the loop ends under us
                future.cancel()
            self._waiting.clear()

    async def _let_others_come(self, loop: asyncio.AbstractEventLoop) -> None:
        pause = self._begun_at + self._seconds_min - loop.time()
        if pause > 0 and len(self._waiting) < self._together_max:
            await asyncio.sleep(pause)


async def _write(waiting: Sequence[_Waiting], act: Act[ItemT, AnswerT]) -> None:
    answers: Sequence[AnswerT | Exception]
    try:
        answers = await act([item for item, _ in waiting])
        assert len(answers) == len(waiting), "an answer for each"
    except Exception as error:  # noqa: BLE001 - whoever waits is told
        answers = [error] * len(waiting)
    for (_, future), answer in zip(waiting, answers, strict=True):
        if future.done():  # whoever asked has gone
            continue
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
