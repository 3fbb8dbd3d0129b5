"""How a playback session moves, and when a play counts."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.ids import TrackId
from domain.media.playback_records import PlaybackSession, PlaybackState
from errors import BadInput, PlaybackEnded

COUNTED_MS = 30_000
POSITION_MS_MAX = 24 * 60 * 60 * 1000
QUEUE_TRACKS_MAX = 500
LEAP_TOLERANCE_MS = 2_000
"""Clocks and networks jitter; a position further ahead than this was reached by a leap."""


def play_counts(listened_ms: int, duration_ms: int | None) -> bool:
    """A play counts after 30 s or half the track, whichever is less."""
    half = COUNTED_MS if duration_ms is None else -(-duration_ms // 2)
    return listened_ms >= min(COUNTED_MS, half)


def settle(
    session: PlaybackSession, *, now: datetime, position_ms: int, duration_ms: int | None
) -> PlaybackSession:
    """Take in where the player stands, and count what was heard since the last word of it.

        last word          now
           │◄── elapsed ──►│        heard = min(elapsed, advance), while playing
           ▼               ▼
        ───●───────────────●──►     advance = new position - old position

    Never more than the time that passed, and nothing when the position leapt.

    Raises:
        PlaybackEnded: there is nothing to move.
        BadInput: no track is that long.
    """
    position = checked_position(position_ms, duration_ms)
    elapsed = max(0, (now - session.updated_at) // timedelta(milliseconds=1))
    advance = position - session.position_ms
    leapt = advance < 0 or advance > elapsed + LEAP_TOLERANCE_MS
    is_heard = session.state is PlaybackState.PLAYING and not leapt
    heard = min(elapsed, advance) if is_heard else 0
    return _moved(session, now, position_ms=position, listened_ms=session.listened_ms + heard)


def require_open(session: PlaybackSession) -> PlaybackSession:
    """The session, if it goes on.

    Raises:
        PlaybackEnded: it has ended.
    """
    if session.state is PlaybackState.ENDED:
        raise PlaybackEnded("This playback session has ended; start a new one.")
    return session


def pause(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """Stop the music; raises PlaybackEnded."""
    return _moved(session, now, state=PlaybackState.PAUSED)


def resume(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """Go on; what plays already is not moved. Raises PlaybackEnded."""
    if session.state is PlaybackState.PLAYING:
        return session
    return _moved(session, now, state=PlaybackState.PLAYING)


def seek(
    session: PlaybackSession, *, now: datetime, position_ms: int, duration_ms: int | None
) -> PlaybackSession:
    """Leap to a position; what lies between was not heard. Raises PlaybackEnded, BadInput."""
    return _moved(session, now, position_ms=checked_position(position_ms, duration_ms))


def change_queue(session: PlaybackSession, *, now: datetime, queue: list[str]) -> PlaybackSession:
    """Say what comes next; raises PlaybackEnded.

    The player goes on meanwhile, so where it stood, and when, is still the last word of it.
    """
    return replace(_moved(session, now, queue=queue), updated_at=session.updated_at)


def play_next(
    session: PlaybackSession, *, now: datetime, track_id: TrackId, queue: list[str]
) -> PlaybackSession:
    """Begin another track; raises PlaybackEnded."""
    return _moved(
        session,
        now,
        track_id=track_id,
        queue=queue,
        state=PlaybackState.PLAYING,
        position_ms=0,
        listened_ms=0,
    )


def end(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """End for good; ending twice changes nothing."""
    if session.state is PlaybackState.ENDED:
        return session
    return _moved(session, now, state=PlaybackState.ENDED)


def checked_position(position_ms: int, duration_ms: int | None) -> int:
    """A position within the track; a little past its end is its end.

    Raises:
        BadInput: it is negative, or no track is that long.
    """
    if not 0 <= position_ms <= POSITION_MS_MAX:
        raise BadInput("A position lies between the track's start and end.", field="positionMs")
    return position_ms if duration_ms is None else min(position_ms, duration_ms)


def _moved(session: PlaybackSession, now: datetime, **changes: object) -> PlaybackSession:
    return replace(
        require_open(session),
        sequence=session.sequence + 1,
        updated_at=max(now, session.updated_at),
        **changes,  # type: ignore[arg-type]
    )
