"""Serving: what spares the loop."""

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from weakref import ref

import httpx
import pytest

from web.serving.http_server import (
    GARBAGE_THRESHOLDS,
    SWITCH_SECONDS,
    address_of,
    keep_loop_free,
    listen,
    serve_app,
    settle_garbage,
)


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


async def tell_client(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Answer with the address that the request seems to come from."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})


@pytest.mark.parametrize(
    ("_case", "trusted", "forwarded", "client"),
    [
        ("nobody is trusted", (), "203.0.113.7", "127.0.0.1"),
        ("another is trusted", ("10.0.0.0/8",), "203.0.113.7", "127.0.0.1"),
        ("the proxy is trusted", ("127.0.0.0/8",), "203.0.113.7", "203.0.113.7"),
        ("what its client claims is not", ("127.0.0.1",), "8.8.8.8, 203.0.113.7", "203.0.113.7"),
    ],
)
async def test_only_trusted_proxies_say_for_whom_they_ask(
    _case: str, trusted: tuple[str, ...], forwarded: str, client: str
) -> None:
    with listen("127.0.0.1", 0, advice="any will do") as listener:
        listener.listen()
        serving = asyncio.create_task(serve_app(tell_client, listener, trusted_proxies=trusted))

        async with httpx.AsyncClient(base_url=address_of(listener)) as asking:
            answer = await asking.get("/", headers={"x-forwarded-for": forwarded})
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving

    assert answer.text == client
