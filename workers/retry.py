"""When a failed attempt is tried again, and what a failure is called."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from errors import AppError, OutcomeUnknown

PAUSE_SECONDS_MIN: Final = 0.5
PAUSE_SECONDS_MAX: Final = 120.0
ERROR_CHARACTERS_MAX: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What stands on the job's row after an attempt failed."""

    code: str
    message: str
    is_retryable: bool = False

    @classmethod
    def of(cls, code: str, message: str) -> Self:
        """A failure that no other attempt would mend."""
        return cls(code=code, message=message[:ERROR_CHARACTERS_MAX])


def failure_of(error: BaseException) -> Failure:
    """Name a failure: what we expected by its code, anything else as INTERNAL.

    A group (from a TaskGroup) is retryable when all of it is; its first leaf names it. An
    attempt that ran out of time is tried again: something outside was slow.
    """
    leaves = _leaves(error)
    first = leaves[0]
    if isinstance(first, AppError):
        code, message = first.code, first.message
    elif isinstance(first, TimeoutError):
        code, message = "TIMED_OUT", str(first) or "The attempt took too long."
    else:
        code, message = "INTERNAL", f"{type(first).__name__}: {first}"
    return Failure(
        code=code,
        message=message[:ERROR_CHARACTERS_MAX],
        is_retryable=all(_is_retryable(leaf) for leaf in leaves),
    )


def pause_before(attempt: int, *, random_unit: float | None = None) -> timedelta:
    """How long to wait after the given attempt (from 1): doubling, half of it jitter."""
    assert attempt >= 1
    longest = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN * 2 ** min(attempt, 20))
    unit = random.random() if random_unit is None else random_unit  # noqa: S311 - jitter
    return timedelta(seconds=longest * (0.5 + unit / 2))


def _is_retryable(error: BaseException) -> bool:
    if isinstance(error, AppError):
        # Each handler is safe to run twice, so what may have taken effect is done again.
        return error.retryable or isinstance(error, OutcomeUnknown)
    return isinstance(error, TimeoutError)


def _leaves(error: BaseException) -> list[BaseException]:
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    return [leaf for part in error.exceptions for leaf in _leaves(part)]
