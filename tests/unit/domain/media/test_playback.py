"""How sessions move, and when plays count."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.ids import PlaybackSessionId, TrackId, UserId
from domain.media import playback
from domain.media.playback_records import PlaybackSession, PlaybackState
from errors import BadInput, PlaybackEnded

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_session(**changes) -> PlaybackSession:
    values = {
        "id": PlaybackSessionId("session-1"),
        "user_id": UserId("ben"),
        "track_id": TrackId("track-1"),
        "state": PlaybackState.PLAYING,
        "position_ms": 10_000,
        "listened_ms": 4_000,
        "sequence": 3,
        "queue": ["track-2"],
        "is_private": False,
        "started_at": NOON,
        "updated_at": NOON,
    }
    return PlaybackSession(**{**values, **changes})


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
        ("a clock that went back adds nothing", "PLAYING", -60, 10_000, 4_000),
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
    assert settled.sequence == 4
    assert settled.state == state


@pytest.mark.parametrize("position_ms", [-1, playback.POSITION_MS_MAX + 1])
def test_a_position_that_no_track_has_is_refused(position_ms) -> None:
    with pytest.raises(BadInput) as refusal:
        settle(a_session(), seconds=5, position_ms=position_ms)

    assert refusal.value.details == {"field": "positionMs"}


@pytest.mark.parametrize(
    ("_case", "duration_ms", "listened_ms", "counts"),
    [
        ("30 s of a long track", 180_000, 30_000, True),
        ("a little less", 180_000, 29_999, False),
        ("half of a short track", 20_000, 10_000, True),
        ("less than half of it", 20_001, 10_000, False),
        ("30 s of a track of unknown length", None, 30_000, True),
        ("less of it", None, 29_999, False),
        ("a minute's half is 30 s", 60_000, 30_000, True),
    ],
)
def test_a_play_counts_after_30_s_or_half_the_track(
    _case, duration_ms, listened_ms, counts
) -> None:
    assert playback.play_counts(listened_ms, duration_ms) is counts


def test_a_seek_leaps_without_listening() -> None:
    sought = playback.seek(a_session(), now=NOON, position_ms=90_000, duration_ms=180_000)

    assert (sought.position_ms, sought.listened_ms, sought.sequence) == (90_000, 4_000, 4)


def test_a_new_queue_takes_nothing_from_what_is_being_heard() -> None:
    playing = a_session(position_ms=0, listened_ms=0)
    start = playing.updated_at

    queued = playback.change_queue(playing, now=start + timedelta(seconds=10), queue=["track-9"])
    resumed = playback.resume(queued, now=start + timedelta(seconds=11))
    settled = playback.settle(
        resumed, now=start + timedelta(seconds=12), position_ms=12_000, duration_ms=180_000
    )

    assert (queued.queue, queued.updated_at) == (["track-9"], start)
    assert settled.listened_ms == 12_000


def test_the_next_track_begins_at_its_start_with_nothing_heard() -> None:
    later = NOON + timedelta(seconds=1)

    moved = playback.play_next(
        a_session(state=PlaybackState.PAUSED), now=later, track_id=TrackId("track-2"), queue=[]
    )

    assert moved == a_session(
        track_id="track-2", position_ms=0, listened_ms=0, sequence=4, queue=[], updated_at=later
    )


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
