"""Sleep timers: they belong to the session, so they hold on whichever device it plays."""

from datetime import timedelta

import pytest

from domain.messages.codec import decode
from domain.messages.commands import FallAsleep
from errors import BadInput
from resolvers.media import play_queues, playback
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.playback import track_key
from tests.unit.resolvers.media.outbox import jobs_of


@pytest.fixture
async def session(as_viewer):
    await keep_tracks(as_viewer(ANNA), a_track("track-1"), a_track("track-2"))
    return await playback.start_playback(
        as_viewer(BEN), track_key("track-1"), is_private=False, queue=[track_key("track-2")]
    )


async def test_a_worker_pauses_at_the_time_and_only_by_the_newest_timer(
    as_viewer, outside, session, databases
) -> None:
    ctx = as_viewer(BEN)
    start = outside.clock.now()
    await playback.set_sleep_timer(ctx, session.id, seconds=60, after_entry=False)
    await playback.set_sleep_timer(ctx, session.id, seconds=120, after_entry=False)
    commands = [
        (decode(job.payload, FallAsleep), job.available_at)
        for job in await jobs_of(databases, "media")
        if job.name == FallAsleep.name
    ]

    outside.clock.advance(seconds=60)
    await playback.fall_asleep(ctx, session.id)
    awake = await playback.find_session(as_viewer(BEN), session.id)
    outside.clock.advance(seconds=60)
    for _repetition in range(2):
        await playback.fall_asleep(ctx, session.id)
    asleep = await playback.find_session(as_viewer(BEN), session.id)

    assert [(command.sleep_at, at) for command, at in commands] == [
        (start + timedelta(seconds=seconds),) * 2 for seconds in (60, 120)
    ]
    assert (awake.state, awake.sequence) == ("PLAYING", 3)
    assert (asleep.state, asleep.sleep_at, asleep.sequence) == ("PAUSED", None, 4)


async def test_a_timer_goes_along_to_what_is_played_next(as_viewer, session, databases) -> None:
    ctx = as_viewer(BEN)
    timed = await playback.set_sleep_timer(ctx, session.id, seconds=60, after_entry=False)

    second = await playback.start_playback(ctx, track_key("track-2"), is_private=False)

    assert second.sleep_at == timed.sleep_at
    jobs = [job for job in await jobs_of(databases, "media") if job.name == FallAsleep.name]
    assert {decode(job.payload, FallAsleep).session_id for job in jobs} == {session.id, second.id}


async def test_a_timer_for_the_end_lets_the_next_begin_paused(as_viewer, outside, session) -> None:
    ctx = as_viewer(BEN)
    await playback.set_sleep_timer(ctx, session.id, seconds=None, after_entry=True)
    outside.clock.advance(seconds=180)

    moved = await play_queues.play_next(ctx, session.id, position_ms=180_000)

    assert (moved.playable, moved.state) == ("Track:track-2", "PAUSED")
    assert not moved.sleeps_after_entry


@pytest.mark.parametrize(
    ("seconds", "after_entry"), [(0, False), (-1, False), (86_401, False), (60, True)]
)
async def test_a_timer_beyond_its_bounds_is_not_set(
    seconds, after_entry, as_viewer, session, databases
) -> None:
    with pytest.raises(BadInput):
        await playback.set_sleep_timer(
            as_viewer(BEN), session.id, seconds=seconds, after_entry=after_entry
        )

    assert await playback.find_session(as_viewer(BEN), session.id) == session
    assert [job.name for job in await jobs_of(databases, "media")] == []


async def test_a_timer_can_be_taken_back(as_viewer, session) -> None:
    ctx = as_viewer(BEN)
    await playback.set_sleep_timer(ctx, session.id, seconds=60, after_entry=False)

    awake = await playback.set_sleep_timer(ctx, session.id, seconds=None, after_entry=False)

    assert (awake.sleep_at, awake.sleeps_after_entry) == (None, False)
