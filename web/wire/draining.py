"""The end of a process, told in time: clients go elsewhere before it stops listening.

signal ──▶ begin ── grace ──▶ nobody is accepted ── what is under way ends ──▶ the process ends
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

SPREAD = 0.8
"""The part of the grace over which long-lived connections are ended: who comes back at once
should not come with all the others."""


class Drain:
    """Whether this process is about to end, and who wants to hear of it.

    From `begin` on nothing is refused that was refused before: it only says so in time, and each
    long-lived connection leaves by itself, at a moment of its own within `grace_seconds`.
    """

    def __init__(self, grace_seconds: float = 0.0) -> None:
        self.grace_seconds = grace_seconds
        """Time between the first word and the end of listening; 0 where nobody balances."""
        self.is_begun = False
        self._told: dict[object, Callable[[], None]] = {}
        self._all_left = asyncio.Event()

    def begin(self) -> None:
        """Say that the process is going to end; the second time nothing happens."""
        if self.is_begun:
            return
        self.is_begun = True
        loop = asyncio.get_running_loop()
        for key in self._told:
            moment = random.uniform(0, self.grace_seconds * SPREAD)  # noqa: S311 - a spread
            loop.call_later(moment, self._tell, key)

    @contextmanager
    def told(self, leave: Callable[[], None]) -> Iterator[None]:
        """Call `leave` when the process is going to end; it must not wait.

        Whoever comes later than that is told at once.
        """
        key = object()
        self._told[key] = leave
        if self.is_begun:
            asyncio.get_running_loop().call_soon(self._tell, key)
        try:
            yield
        finally:
            del self._told[key]
            if not self._told:
                self._all_left.set()

    async def wait_until_left(self, seconds_max: float) -> None:
        """Wait for those who were told, so long at most."""
        self._all_left.clear()
        if self._told:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds_max):
                    await self._all_left.wait()

    def _tell(self, key: object) -> None:
        leave = self._told.get(key)
        if leave is not None:
            leave()
