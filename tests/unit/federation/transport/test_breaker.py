"""The breaker opens after many failures, tries with one request, and closes when that succeeds."""

import pytest

from federation.transport.breaker import Breaker, BreakerState
from federation.transport.failures import SubgraphFailure
from federation.transport.options import BreakerLimits

LIMITS = BreakerLimits(failures_max=3, window_seconds=10, open_seconds=2)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(LIMITS, clock=clock)
    for _ in range(3):
        breaker.admit()
        breaker.failed()
    return breaker


def test_it_opens_after_the_bound_of_failures() -> None:
    breaker = opened(Clock())

    assert breaker.state is BreakerState.OPEN
    with pytest.raises(SubgraphFailure) as refused:
        breaker.admit()
    assert refused.value.code == "SUBGRAPH_CIRCUIT_OPEN"


def test_failures_among_more_successes_leave_it_closed() -> None:
    breaker = Breaker(LIMITS, clock=Clock())

    for _ in range(10):
        breaker.succeeded()
        breaker.succeeded()
        breaker.failed()

    assert breaker.state is BreakerState.CLOSED


def test_failures_of_an_earlier_window_do_not_count() -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock=clock)
    breaker.failed()
    breaker.failed()

    clock.now += 10
    breaker.failed()

    assert breaker.state is BreakerState.CLOSED


def test_half_open_admits_one_request_only() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2

    breaker.admit()

    assert breaker.state is BreakerState.HALF_OPEN
    with pytest.raises(SubgraphFailure):
        breaker.admit()


def test_a_try_that_fails_opens_it_for_as_long_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2
    breaker.admit()

    breaker.failed()

    assert breaker.state is BreakerState.OPEN
    clock.now += 2
    assert breaker.state is BreakerState.HALF_OPEN


def test_a_try_that_nobody_waited_for_leaves_room_for_the_next() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2
    breaker.admit()

    breaker.forget()

    breaker.admit()
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED


def test_requests_from_before_it_opened_say_nothing_about_now() -> None:
    breaker = opened(Clock())

    breaker.succeeded()

    assert breaker.state is BreakerState.OPEN
