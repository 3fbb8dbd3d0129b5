"""How sessions move, and what was heard of them."""

from datetime import timedelta

import pytest

from domain.media import playback
from domain.media.play_queue import QueueEntry
from domain.media.playback_records import PlaybackSession, PlaybackState
from errors import BadInput, DeviceNotActive, PlaybackEnded
from tests.factories.playback import NOON, a_session


def settle(session: PlaybackSession, *, seconds: float, position_ms: int) -> PlaybackSession:
    now = NOON + timedelta(seconds=seconds)
    return playback.settle(session, now=now, position_ms=position_ms, duration_ms=180_000)


@pytest.mark.parametrize(
    ("_case", "state", "seconds", "position_ms", "listened_ms"),
    [
        ("what was played in real time counts", "PLAYING", 5, 15_000, 9_000),
        ("a slow start counts what was played", "PLAYING", 5, 13_000, 7_000),
        ("no more than the time that passed", "PLAYING", 5, 16_500, 9_000),
        ("a leap ahead does not count", "PLAYING", 5, 60_000, 4_000),
        ("a leap back does not count", "PLAYING", 5, 0, 4_000),
        ("a paused player plays nothing", "PAUSED", 5, 15_000, 4_000),
        ("a second report at once adds nothing", "PLAYING", 0, 10_000, 4_000),
        ("nothing lies behind the end", "PLAYING", 3_600, 999_999, 174_000),
    ],
)
def test_listening_is_counted_against_the_clock(
    _case, state, seconds, position_ms, listened_ms
) -> None:
    session = a_session(state=PlaybackState(state))

    settled = settle(session, seconds=seconds, position_ms=position_ms)

    assert settled.listened_ms == listened_ms
    assert settled.position_ms == min(position_ms, 180_000)
    assert settled.state == state


@pytest.mark.parametrize(
    ("_case", "state", "seconds", "position_ms", "sequence"),
    [
        ("what followers reckon by the clock", "PLAYING", 10, 20_000, 3),
        ("a little off", "PLAYING", 10, 18_000, 3),
        ("a leap", "PLAYING", 10, 60_000, 4),
        ("a stall", "PLAYING", 10, 12_000, 4),
        ("a paused player that stays", "PAUSED", 10, 10_000, 3),
        ("a paused player that was moved", "PAUSED", 10, 90_000, 4),
    ],
)
def test_followers_are_told_only_what_they_could_not_reckon(
    _case, state, seconds, position_ms, sequence
) -> None:
    session = a_session(state=PlaybackState(state))

    assert settle(session, seconds=seconds, position_ms=position_ms).sequence == sequence


def test_a_word_of_before_the_last_one_changes_nothing() -> None:
    session = a_session()

    assert settle(session, seconds=-1, position_ms=90_000) is session


def test_at_twice_the_speed_twice_the_way_is_no_leap_and_no_more_listening() -> None:
    settled = settle(a_session(speed_percent=200), seconds=10, position_ms=30_000)

    assert (settled.listened_ms, settled.sequence) == (14_000, 3)


@pytest.mark.parametrize("position_ms", [-1, playback.POSITION_MS_MAX + 1])
def test_a_position_that_no_track_has_is_refused(position_ms) -> None:
    with pytest.raises(BadInput) as refusal:
        settle(a_session(), seconds=5, position_ms=position_ms)

    assert refusal.value.details == {"field": "positionMs"}


def test_a_seek_leaps_without_listening() -> None:
    sought = playback.seek(a_session(), now=NOON, position_ms=90_000, duration_ms=180_000)

    assert (sought.position_ms, sought.listened_ms, sought.sequence) == (90_000, 4_000, 4)


def test_what_says_nothing_of_the_position_takes_nothing_from_what_is_being_heard() -> None:
    playing = a_session(position_ms=0, listened_ms=0)

    louder = playback.set_volume(playing, volume=50)
    resumed = playback.resume(louder, now=NOON + timedelta(seconds=11))
    settled = playback.settle(
        resumed, now=NOON + timedelta(seconds=12), position_ms=12_000, duration_ms=180_000
    )

    assert (louder.volume, louder.sequence, louder.updated_at) == (50, 4, NOON)
    assert settled.listened_ms == 12_000


def test_the_next_entry_begins_at_its_start_with_nothing_heard() -> None:
    later = NOON + timedelta(seconds=1)

    moved = playback.begin(
        a_session(state=PlaybackState.PAUSED, is_counted=True),
        QueueEntry("e-2", "Track:track-2", 1),
        now=later,
        speed_percent=150,
        is_at_end=False,
    )

    assert moved == a_session(
        playable="Track:track-2",
        entry_id="e-2",
        start_number=2,
        position_ms=0,
        listened_ms=0,
        speed_percent=150,
        sequence=4,
        updated_at=later,
    )


def test_a_sleep_timer_for_the_end_pauses_what_comes_behind_it_and_no_skip() -> None:
    drowsy = a_session(sleeps_after_entry=True)
    entry = QueueEntry("e-2", "Track:track-2", 1)

    skipped = playback.begin(drowsy, entry, now=NOON, speed_percent=100, is_at_end=False)
    ended = playback.begin(drowsy, entry, now=NOON, speed_percent=100, is_at_end=True)

    assert (skipped.state, skipped.sleeps_after_entry) == ("PLAYING", True)
    assert (ended.state, ended.sleeps_after_entry) == ("PAUSED", False)


def test_a_sleep_timer_pauses_at_its_time_and_not_before() -> None:
    drowsy = a_session(sleep_at=NOON + timedelta(minutes=1))

    awake = playback.fall_asleep(drowsy, now=NOON + timedelta(seconds=59))
    asleep = playback.fall_asleep(drowsy, now=NOON + timedelta(seconds=60))

    assert awake is drowsy
    assert (asleep.state, asleep.sleep_at, asleep.sequence) == ("PAUSED", None, 4)
    assert playback.fall_asleep(asleep, now=NOON + timedelta(days=1)) is asleep


def test_by_the_clock_it_plays_on_at_its_speed_and_no_further_than_the_end() -> None:
    later = NOON + timedelta(seconds=20)

    assert playback.position_at(a_session(), later, 180_000) == 30_000
    assert playback.position_at(a_session(speed_percent=200), later, 180_000) == 50_000
    assert playback.position_at(a_session(state=PlaybackState.PAUSED), later, 180_000) == 10_000
    assert playback.position_at(a_session(), later, 15_000) == 15_000


def test_only_the_device_that_plays_tells_where_it_stands() -> None:
    session = a_session(device_id="phone")

    assert playback.require_active(session, "phone") is session
    assert playback.require_active(session, None) is session
    with pytest.raises(DeviceNotActive):
        playback.require_active(session, "car")


def test_an_ended_session_moves_no_more() -> None:
    ended = playback.end(a_session(), now=NOON)

    assert ended.state is PlaybackState.ENDED
    assert playback.end(ended, now=NOON) is ended
    for move in (playback.pause, playback.resume):
        with pytest.raises(PlaybackEnded):
            move(ended, now=NOON)
    with pytest.raises(PlaybackEnded):
        settle(ended, seconds=5, position_ms=15_000)
    with pytest.raises(PlaybackEnded):
        playback.require_open(ended)
