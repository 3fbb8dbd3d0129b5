"""Heartbeats: many in one commit, each answered when it is written."""

import asyncio

import pytest

from domain.ids import PlaybackSessionId, UserId
from domain.media.playback_records import DeviceKind, PlaybackState
from domain.messages.codec import decode
from domain.messages.events import PlayCounted
from domain.viewer import ANONYMOUS, Role, Viewer
from errors import BadInput, DeviceNotActive, NotFound, PlaybackEnded, TooLarge, Unauthenticated
from resolvers.media import devices, heartbeats, playback
from resolvers.media.heartbeats import Heartbeat
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.playback import track_key
from tests.unit.resolvers.media.outbox import events_of

LISTENERS = 40


@pytest.fixture(autouse=True)
async def tracks(as_viewer):
    await keep_tracks(as_viewer(ANNA), a_track("track-1"), a_track("track-2"))


def listener(number: int) -> Viewer:
    return Viewer(
        user_id=UserId(f"listener-{number:02}"), session_id=None, roles=frozenset({Role.LISTENER})
    )


async def start(ctx, **more):
    return await playback.start_playback(ctx, track_key(), is_private=False, **more)


async def test_what_comes_while_one_is_written_shares_the_next_commit(
    as_viewer, outside, databases
) -> None:
    viewers = [listener(number) for number in range(LISTENERS)]
    sessions = [await start(as_viewer(viewer)) for viewer in viewers]
    gathering = as_viewer(BEN).ports.heartbeats
    outside.clock.advance(seconds=31)

    told = await asyncio.gather(
        *(
            heartbeats.report_position(as_viewer(viewer), session.id, position_ms=31_000)
            for viewer, session in zip(viewers, sessions, strict=True)
        )
    )

    assert [session.user_id for session in told] == [viewer.user_id for viewer in viewers]
    assert {session.listened_ms for session in told} == {31_000}
    assert gathering.writes <= LISTENERS // 2
    events = await events_of(databases, "media")
    counted = [decode(e.payload, PlayCounted) for e in events if e.name == PlayCounted.name]
    assert sorted(play.user_id for play in counted) == [viewer.user_id for viewer in viewers]
    again = await asyncio.gather(
        *(
            heartbeats.report_position(as_viewer(viewer), session.id, position_ms=31_000)
            for viewer, session in zip(viewers, sessions, strict=True)
        )
    )
    assert {session.listened_ms for session in again} == {31_000}
    assert len(await events_of(databases, "media")) == len(events)


async def test_of_several_heartbeats_each_is_taken_or_refused_alone(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    ended = await playback.end_playback(ctx, (await start(ctx)).id)
    session = await start(ctx)
    foreign = await start(as_viewer(ANNA))
    outside.clock.advance(seconds=5)

    told = await heartbeats.report_positions(
        ctx,
        [
            Heartbeat(session_id=session.id, position_ms=5_000),
            Heartbeat(session_id=ended.id, position_ms=5_000),
            Heartbeat(session_id=foreign.id, position_ms=5_000),
            Heartbeat(session_id=session.id, position_ms=-1),
        ],
    )

    assert [type(each) for each in told[1:]] == [PlaybackEnded, NotFound, BadInput]
    assert (told[0].listened_ms, told[0].sequence) == (5_000, 1)
    assert await playback.find_session(as_viewer(ANNA), foreign.id) == foreign


async def test_a_device_that_plays_no_more_is_told_so_and_moves_nothing(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    phone, car = [
        await devices.register_device(ctx, f"install-{n}", name=n, kind=DeviceKind.OTHER)
        for n in ("phone", "car")
    ]
    session = await start(ctx, device_id=phone.id)
    moved = await devices.transfer_playback(ctx, car.id, position_ms=0)
    outside.clock.advance(seconds=5)

    with pytest.raises(DeviceNotActive):
        await heartbeats.report_position(ctx, session.id, position_ms=90_000, device_id=phone.id)
    assert await playback.find_session(ctx, session.id) == moved
    told = await heartbeats.report_position(ctx, session.id, position_ms=5_000, device_id=car.id)
    assert told.listened_ms == 5_000


async def test_a_heartbeat_behind_the_sleep_timer_s_time_pauses(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)
    await playback.set_sleep_timer(ctx, session.id, seconds=10, after_entry=False)
    outside.clock.advance(seconds=12)

    told = await heartbeats.report_position(ctx, session.id, position_ms=12_000)

    assert told.state is PlaybackState.PAUSED
    assert (await playback.find_session(as_viewer(BEN), session.id)).sleep_at is None


async def test_heartbeats_have_bounds_and_an_account(as_viewer) -> None:
    beat = Heartbeat(session_id=PlaybackSessionId("none"), position_ms=1)

    with pytest.raises(Unauthenticated):
        await heartbeats.report_positions(as_viewer(ANONYMOUS), [beat])
    with pytest.raises(TooLarge):
        await heartbeats.report_positions(as_viewer(BEN), [beat] * 101)
    with pytest.raises(NotFound):
        await heartbeats.report_position(as_viewer(BEN), beat.session_id, position_ms=1)
