"""Failures have names, and pauses grow within bounds."""

import pytest

from errors import BadInput, StorageUnavailable
from workers.retry import ERROR_CHARACTERS_MAX, Failure, failure_of, pause_before


@pytest.mark.parametrize(
    ("_case", "error", "expected"),
    [
        (
            "a dependency may come back",
            StorageUnavailable("no answer"),
            Failure(code="STORAGE_UNAVAILABLE", message="no answer", is_retryable=True),
        ),
        (
            "bad input stays bad",
            BadInput("not audio"),
            Failure(code="BAD_INPUT", message="not audio"),
        ),
        (
            "a bug is internal",
            KeyError("x"),
            Failure(code="INTERNAL", message="KeyError: 'x'"),
        ),
        (
            "too slow is tried again",
            TimeoutError(),
            Failure(code="TIMED_OUT", message="The attempt took too long.", is_retryable=True),
        ),
        (
            "a group of dependencies may come back",
            ExceptionGroup("two", [StorageUnavailable("a"), StorageUnavailable("b")]),
            Failure(code="STORAGE_UNAVAILABLE", message="a", is_retryable=True),
        ),
        (
            "a group with a bug in it is not tried again",
            ExceptionGroup("two", [StorageUnavailable("a"), ValueError("b")]),
            Failure(code="STORAGE_UNAVAILABLE", message="a"),
        ),
    ],
)
def test_a_failure_is_named(_case: str, error: Exception, expected: Failure) -> None:
    assert failure_of(error) == expected


def test_a_long_message_is_cut() -> None:
    failure = failure_of(ValueError("x" * 10_000))

    assert len(failure.message) == ERROR_CHARACTERS_MAX


def test_pauses_double_up_to_their_bound() -> None:
    longest = [pause_before(attempt, random_unit=1.0).total_seconds() for attempt in range(1, 11)]

    assert longest == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_half_of_a_pause_is_jitter() -> None:
    shortest = pause_before(3, random_unit=0.0).total_seconds()

    assert shortest == 2
    assert 2 <= pause_before(3).total_seconds() <= 4
