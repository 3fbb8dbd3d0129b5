"""Handlers are found by the name of their jobs."""

import pytest

from tests.unit.workers.messages import Paint, Painted
from workers.registry import Registry


async def nothing(_message, _ctx) -> None:
    pass


def test_a_command_has_one_handler() -> None:
    registry = Registry()
    registry.handles(Paint, queue="media", attempts_max=2, seconds_max=5)(nothing)

    handler = registry.find("media.paint.v1")

    assert handler is not None
    assert (handler.domain, handler.queue, handler.attempts_max) == ("media", "media", 2)
    with pytest.raises(AssertionError, match="two handlers"):
        registry.handles(Paint, seconds_max=5)(nothing)


def test_a_handler_may_not_name_another_queue_than_its_command() -> None:
    with pytest.raises(AssertionError, match="goes to media"):
        Registry().handles(Paint, queue="default", seconds_max=5)


def test_an_event_has_many_handlers_each_in_its_domain() -> None:
    registry = Registry()
    registry.on(Painted, name="social.tell")(nothing)
    registry.on(Painted, name="ai.learn", queue="model")(nothing)

    handlers = registry.of_event("media.painted.v1")

    assert [(h.name, h.domain, h.queue) for h in handlers] == [
        ("social.tell", "social", "default"),
        ("ai.learn", "ai", "model"),
    ]
    assert registry.find("social.tell") in handlers
    assert registry.of_event("media.shown.v1") == ()


def test_an_unknown_name_has_no_handler() -> None:
    assert Registry().find("media.paint.v1") is None
