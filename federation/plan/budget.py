"""The processor time that one operation may spend in planning."""

import time

from federation.errors import PlanningError


class Budget:
    """Counts down; checked often, the clock is read seldom."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.thread_time() + seconds
        self._checks = 0

    def check(self) -> None:
        """Raise PlanningError (PLAN_TOO_COMPLEX) when the time is spent."""
        self._checks += 1
        if self._checks % 64 == 0 and time.thread_time() > self._ends:
            raise PlanningError("Planning this operation takes too long.", code="PLAN_TOO_COMPLEX")
