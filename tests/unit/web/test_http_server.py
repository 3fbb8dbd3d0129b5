"""Serving: what spares the loop."""

import gc
import sys
from collections.abc import Iterator
from weakref import ref

import pytest

from web.http_server import GARBAGE_THRESHOLDS, SWITCH_SECONDS, keep_loop_free, settle_garbage


class Circle:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def settings_of_the_process() -> Iterator[None]:
    thresholds, seconds = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(seconds)


def test_the_loop_waits_a_millisecond_for_other_threads_and_old_objects_are_left_alone() -> None:
    gc.unfreeze()

    keep_loop_free()

    assert sys.getswitchinterval() == SWITCH_SECONDS
    assert gc.get_threshold() == GARBAGE_THRESHOLDS
    assert gc.get_freeze_count() > 10_000


def test_what_planning_left_is_searched_once_and_the_rest_never_again() -> None:
    keep_loop_free()
    gc.disable()
    kept, left = Circle(), Circle()
    gone = ref(left)
    gc.collect(1)  # they grow old
    del left

    settle_garbage()

    assert gone() is None
    assert not any(each is kept for each in gc.get_objects())
    gc.enable()


def test_nothing_is_searched_while_all_is_young() -> None:
    keep_loop_free()
    frozen = gc.get_freeze_count()

    settle_garbage()

    assert gc.get_freeze_count() == frozen
