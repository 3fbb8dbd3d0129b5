"""Work that is begun where it is asked for: what ends at once needs no task."""

from collections.abc import Coroutine, Generator
from typing import Any


class Begun:
    """A coroutine that has run up to its first wait, or to its end.

    It goes on in the task that began it, so that timeouts and task groups inside work as ever:
    await it there, once. What it raises before its first wait is raised by the constructor.
    """

    def __init__(self, work: Coroutine[Any, Any, None]) -> None:
        self._work = work
        self._waits_for: Any = None
        self.is_done = False
        try:
            self._waits_for = work.send(None)
        except StopIteration:
            self.is_done = True

    def __await__(self) -> Generator[Any, Any, None]:
        """Wait for its end."""
        while not self.is_done:
            try:
                try:
                    sent = yield self._waits_for
                except GeneratorExit:
                    self._work.close()
                    raise
                except BaseException as fault:  # noqa: BLE001 - cancellation is the work's to meet
                    self._waits_for = self._work.throw(fault)
                else:
                    self._waits_for = self._work.send(sent)
            except StopIteration:
                self.is_done = True
