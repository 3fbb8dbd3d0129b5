"""Time in tests: conditions are waited for, and durations are exact only where they are proven."""

import asyncio
import os
from collections.abc import Callable
from typing import TypeVar

from federation.limits import EngineLimits

SECONDS_MAX = 120.0
"""Far longer than anything here takes, so that a busy machine fails no test."""
POLL_SECONDS = 0.005
IS_PROOF = os.environ.get("TUTTI_PROVE_DURATIONS") == "1"
"""Whether the machine is ours alone; `make prove` says so."""

PATIENT = EngineLimits(
    planning_seconds_max=30.0, fetch_seconds_max=30.0, operation_seconds_max=60.0
)
"""Bounds of an engine in tests that are not about its deadlines."""

ResultT = TypeVar("ResultT")


async def until(condition: Callable[[], ResultT], *, seconds_max: float = SECONDS_MAX) -> ResultT:
    """Wait until the condition holds, and give what it answered."""
    async with asyncio.timeout(seconds_max):
        while not (answer := condition()):
            await asyncio.sleep(POLL_SECONDS)
    return answer


def bound(seconds: float) -> float:
    """How long something may take: exactly this in `make prove`, far longer beside other tests."""
    return seconds if IS_PROOF else max(20 * seconds, 10.0)
