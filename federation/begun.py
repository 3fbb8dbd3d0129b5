"""Work that is begun where it is asked for; what ends at once pays for no task, timer or watch."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

ResultT = TypeVar("ResultT")


class Begun(Generic[ResultT]):
    """A coroutine that has run up to its first wait, or to its end.

        begun = Begun(answer())
        if begun.is_done:
            return begun.result
        async with asyncio.timeout(seconds):
            return await begun

    It goes on in the task that began it, so timeouts and task groups inside work as ever; await
    it there, once. What it raises before its first wait is raised by the constructor. `Any` is
    what a coroutine tells its loop, which is nobody else's business.
    """

    __slots__ = ("_result", "_waits_for", "_work", "is_done")

    def __init__(self, work: Coroutine[Any, Any, ResultT]) -> None:
        self._work = work
        self._result: ResultT
        try:
            self._waits_for = work.send(None)
        except StopIteration as ended:
            self._result = ended.value
            self.is_done = True
        else:
            self.is_done = False

    @property
    def result(self) -> ResultT:
        """What it gave."""
        assert self.is_done, "it still runs"
        return self._result

    def close(self) -> None:
        """Give it up where it waits."""
        self._work.close()

    def __await__(self) -> Generator[Any, Any, ResultT]:
        """Wait for its end."""
        while not self.is_done:
            try:
                yield self._waits_for
            except BaseException as error:  # noqa: BLE001 -- a cancellation is for the work to hear
                self._resume(self._work.throw, error)
            else:
                self._resume(self._work.send, None)
        return self._result

    def _resume(self, resume: Callable[[Any], Any], given: BaseException | None) -> None:
        try:
            self._waits_for = resume(given)
        except StopIteration as ended:
            self._result = ended.value
            self.is_done = True
