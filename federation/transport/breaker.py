"""Leaves a failing subgraph alone for a while, then tries it with a single request."""

import time
from collections.abc import Callable
from enum import StrEnum

from federation.transport.failures import SubgraphFailure
from federation.transport.options import BreakerLimits


class BreakerState(StrEnum):
    """Whether requests go out: closed, all; open, none; half open, one."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half open"


class Breaker:
    """Counts failures in windows of time; each admitted request reports how it ended.

    Open: failures_max failures in a window, and half of the requests or more.
    """

    def __init__(
        self, limits: BreakerLimits, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._window_ends = 0.0
        self._requests = 0
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def state(self) -> BreakerState:
        """Where it stands now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        is_over = self._clock() >= self._opened_at + self._limits.open_seconds
        return BreakerState.HALF_OPEN if is_over else BreakerState.OPEN

    def admit(self) -> None:
        """Let a request pass; then exactly one of `succeeded`, `failed`, `forget` follows.

        Raises:
            SubgraphFailure: it is open, or another request tries already.
        """
        if self._opened_at is None:
            return
        if self.state is BreakerState.OPEN or self._is_probing:
            raise SubgraphFailure(
                "SUBGRAPH_CIRCUIT_OPEN", "The subgraph has failed too often; try again soon."
            )
        self._is_probing = True

    def succeeded(self) -> None:
        """Note that the subgraph answered."""
        if self._is_probing or self._opened_at is None:
            self._is_probing = False
            self._opened_at = None
            self._count(failures=0)

    def failed(self) -> None:
        """Note that it did not."""
        if self._opened_at is not None:
            if self._is_probing:
                self._open()
            return
        self._count(failures=1)
        has_many = self._failures >= self._limits.failures_max
        if has_many and self._failures * 2 >= self._requests:
            self._open()

    def forget(self) -> None:
        """Note that nobody waited for the end: it says nothing about the subgraph."""
        self._is_probing = False

    def _open(self) -> None:
        self._opened_at = self._clock()
        self._is_probing = False
        self._window_ends = 0.0

    def _count(self, *, failures: int) -> None:
        now = self._clock()
        if now >= self._window_ends:
            self._window_ends = now + self._limits.window_seconds
            self._requests = self._failures = 0
        self._requests += 1
        self._failures += failures
