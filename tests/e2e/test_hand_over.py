"""Playing on another device: two players at two gateways end with the same state."""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.e2e.catalogue import global_track_id
from tests.e2e.house import example
from tests.e2e.processes import Gateway
from tests.e2e.site import PASSWORD, Site
from tests.e2e.streams import FOLLOW, NextEvent
from tests.e2e.test_processes import furnish
from tests.patience import bound

pytestmark = pytest.mark.slow

EDITS = 6
HAND_OVER_SECONDS = 0.3

State = dict[str, Any]


def register(gateway: Gateway, token: str, name: str) -> str:
    """The id of a device."""
    asked = {"installId": f"install-of-{name}", "name": name}
    data = gateway.data(example("register_device"), asked, token=token)
    device_id: str = data["registerDevice"]["device"]["id"]
    return device_id


async def state_at(next_event: NextEvent, sequence: int) -> State:
    """The first state that is at least so new."""
    while True:
        event = await next_event()
        assert event is not None
        state: State = event["data"]["myPlaybackMoved"]
        if state is not None and state["sequence"] >= sequence:
            return state


async def test_playback_goes_on_at_another_device_and_both_know(
    site: Site, record_property: Any
) -> None:
    await site.add_account("ben")
    await furnish(site)
    here, there = site.gateway(), site.gateway()
    token = here.log_in("ben@tutti.example", PASSWORD)
    phone, laptop = register(here, token, "phone"), register(there, token, "laptop")
    start = {"playableId": global_track_id(1), "queue": [global_track_id(2)]}
    follow = FOLLOW["websocket"]

    async with AsyncExitStack() as stack:
        players = [
            await stack.enter_async_context(
                follow(gateway.url, example("my_playback_moved"), {}, token)
            )
            for gateway in (here, there)
        ]
        nothing = [await player() for player in players]
        here.data(example("start_playback"), start, token=token)
        at_phone = there.data(example("transfer_playback"), {"deviceId": phone}, token=token)
        asked_at = time.monotonic()
        moved = there.data(
            example("transfer_playback"), {"deviceId": laptop, "positionMs": 900}, token=token
        )["transferPlayback"]["session"]
        seen = await asyncio.gather(*(state_at(each, moved["sequence"]) for each in players))
        seconds = time.monotonic() - asked_at
        session_id = moved["id"]
        await asyncio.gather(
            *(
                asyncio.to_thread(edit, gateway, token, session_id, name)
                for gateway, name in ((here, "phone-tab"), (there, "laptop-tab"))
            )
        )
        last = here.data("{ myPlayback { sequence } }", token=token)["myPlayback"]["sequence"]
        ends = await asyncio.gather(*(state_at(each, last) for each in players))
    record_property("hand-over seconds", round(seconds, 3))

    assert nothing == [{"data": {"myPlaybackMoved": None}}] * 2
    assert at_phone["transferPlayback"]["session"]["device"]["id"] == phone
    assert seen[0] == seen[1]
    assert (seen[0]["device"]["id"], seen[0]["positionMs"]) == (laptop, 900)
    assert (seen[0]["playable"]["id"], seen[0]["state"]) == (global_track_id(1), "PLAYING")
    assert [each["playable"]["id"] for each in seen[0]["queue"]] == [global_track_id(2)]
    assert seen[0]["next"]["playable"]["id"] == global_track_id(2)
    assert ends[0] == ends[1]
    assert sorted(each["id"] for each in ends[0]["queue"]) == sorted(
        ["~1.1", *(f"{tab}-{n:04}.1" for tab in ("phone-tab", "laptop-tab") for n in range(EDITS))]
    )
    assert seconds <= bound(HAND_OVER_SECONDS)


def edit(gateway: Gateway, token: str, session_id: str, name: str) -> None:
    """Queue some things, from one tab, each twice as after a lost answer."""
    for number in range(EDITS):
        for _repetition in range(2):
            gateway.data(
                example("add_to_queue"),
                {
                    "sessionId": session_id,
                    "operationId": f"{name}-{number:04}",
                    "playableIds": [global_track_id(3)],
                    "place": "NEXT" if number % 2 else "LAST",
                },
                token=token,
            )
