"""Players of a listener, and playing on another one."""

import asyncio
from contextlib import aclosing

import pytest

from domain.ids import DeviceId
from domain.media.playback_records import DeviceKind
from domain.pages import PageRequest
from domain.viewer import ANONYMOUS
from errors import BadInput, NotFound, Unauthenticated
from resolvers.media import devices, playback, playback_live
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.playback import track_key
from tests.patience import SECONDS_MAX


@pytest.fixture(autouse=True)
async def tracks(as_viewer):
    await keep_tracks(as_viewer(ANNA), a_track("track-1"), a_track("track-2"))


async def register(ctx, install: str = "install-phone", name: str = "Phone"):
    return await devices.register_device(ctx, install, name=name, kind=DeviceKind.PHONE)


async def listed(ctx) -> list[str]:
    page = await devices.list_my_devices(ctx, PageRequest(first=100))
    return [device.name for device in page.nodes]


async def test_an_install_is_one_device_however_often_it_is_registered(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    first = await register(ctx)
    other = await register(ctx, "install-car", "Car")
    outside.clock.advance(seconds=60)

    again = await register(ctx, name="My phone")

    assert (again.id, again.created_at) == (first.id, first.created_at)
    assert again.seen_at > first.seen_at
    assert await listed(as_viewer(BEN)) == ["My phone", "Car"]
    assert await devices.find_devices(as_viewer(BEN), [other.id, None]) == [other, None]
    assert await devices.find_devices(as_viewer(ANNA), [other.id]) == [None]


async def test_the_device_that_was_not_seen_for_longest_makes_room(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)

    for number in range(devices.DEVICES_MAX + 1):
        outside.clock.advance(seconds=1)
        await register(ctx, f"install-{number}", f"{number:02}")

    names = await listed(as_viewer(BEN))
    assert (len(names), names[-1]) == (devices.DEVICES_MAX, "01")


async def test_a_device_is_renamed_and_forgotten(as_viewer) -> None:
    ctx = as_viewer(BEN)
    device = await register(ctx)

    renamed = await devices.rename_device(ctx, device.id, name=" Kitchen ")
    for _repetition in range(2):
        await devices.forget_device(ctx, device.id)

    assert renamed.name == "Kitchen"
    assert await listed(as_viewer(BEN)) == []


async def test_playback_goes_on_elsewhere_where_it_stood(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    phone, car = await register(ctx), await register(ctx, "install-car", "Car")
    session = await playback.start_playback(ctx, track_key(), is_private=False, device_id=phone.id)
    outside.clock.advance(seconds=20)

    by_clock = await devices.transfer_playback(ctx, car.id)
    same = await devices.transfer_playback(as_viewer(BEN), car.id)
    outside.clock.advance(seconds=5)
    by_word = await devices.transfer_playback(ctx, phone.id, position_ms=24_000)

    assert (by_clock.id, by_clock.device_id, by_clock.position_ms) == (session.id, car.id, 20_000)
    assert (same, by_clock.state, by_clock.sequence) == (by_clock, "PLAYING", 2)
    assert (by_word.device_id, by_word.position_ms, by_word.listened_ms) == (
        phone.id,
        24_000,
        4_000,
    )


async def test_all_devices_follow_the_listener_over_sessions(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    phone, car = await register(ctx), await register(ctx, "install-car", "Car")
    seen = []

    async with (
        asyncio.timeout(SECONDS_MAX),
        aclosing(playback_live.watch_my_playback(as_viewer(BEN))) as moves,
    ):
        seen.append(await anext(moves))
        await playback.start_playback(ctx, track_key(), is_private=False, device_id=phone.id)
        seen.append(await anext(moves))
        await devices.transfer_playback(ctx, car.id)
        seen.append(await anext(moves))
        second = await playback.start_playback(ctx, track_key("track-2"), is_private=False)
        seen.append(await anext(moves))
        await playback.end_playback(ctx, second.id)
        seen.append(await anext(moves))

    assert seen[0] is None
    assert [(move.playable, move.state, move.device_id) for move in seen[1:]] == [
        ("Track:track-1", "PLAYING", phone.id),
        ("Track:track-1", "PLAYING", car.id),
        ("Track:track-2", "PLAYING", None),
        ("Track:track-2", "ENDED", None),
    ]


@pytest.mark.parametrize(
    ("viewer", "refusal"), [(ANONYMOUS, Unauthenticated), (ANNA, NotFound), (ADMIN, NotFound)]
)
async def test_a_device_is_its_listeners_own(viewer, refusal, as_viewer, outside) -> None:
    device = await register(as_viewer(BEN))
    session = await playback.start_playback(as_viewer(BEN), track_key(), is_private=False)
    ctx = as_viewer(viewer)

    with pytest.raises(refusal):
        await devices.transfer_playback(ctx, device.id)
    with pytest.raises(NotFound):
        await devices.rename_device(ctx, device.id, name="Mine")
    with pytest.raises(refusal):
        await playback.start_playback(ctx, track_key(), is_private=False, device_id=device.id)
    if viewer is ANONYMOUS:
        with pytest.raises(Unauthenticated):
            await devices.forget_device(ctx, device.id)
        with pytest.raises(Unauthenticated):
            await devices.list_my_devices(ctx, PageRequest())
        with pytest.raises(Unauthenticated):
            await anext(playback_live.watch_my_playback(ctx))
    else:
        await devices.forget_device(ctx, device.id)
        assert await listed(ctx) == []

    assert await listed(as_viewer(BEN)) == ["Phone"]
    assert await playback.find_my_playback(as_viewer(BEN)) == session


async def test_nothing_plays_that_could_go_elsewhere(as_viewer) -> None:
    device = await register(as_viewer(BEN))

    with pytest.raises(NotFound):
        await devices.transfer_playback(as_viewer(BEN), device.id)
    with pytest.raises(NotFound):
        await devices.transfer_playback(as_viewer(BEN), DeviceId("none"))


@pytest.mark.parametrize(
    ("install", "name"), [("short", "Phone"), ("install-1", " "), ("install-1", "x" * 101)]
)
async def test_a_device_without_a_proper_name_is_none(install, name, as_viewer) -> None:
    with pytest.raises(BadInput):
        await register(as_viewer(BEN), install, name)

    assert await listed(as_viewer(BEN)) == []
