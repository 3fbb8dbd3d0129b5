"""How a playback session moves, and what of it was heard."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.ids import DeviceId
from domain.media.play_queue import QueueEntry
from domain.media.playback_records import PlaybackSession, PlaybackState
from errors import BadInput, DeviceNotActive, PlaybackEnded

POSITION_MS_MAX: Final = 24 * 60 * 60 * 1000
LEAP_TOLERANCE_MS: Final = 2_000
"""Clocks and networks jitter; a position further off than this was reached by a leap."""
VOLUME_MAX: Final = 100
SLEEP_SECONDS_MAX: Final = 24 * 60 * 60


def settle(
    session: PlaybackSession, *, now: datetime, position_ms: int, duration_ms: int | None
) -> PlaybackSession:
    """Take in where the player stands, and count what was heard since the last word of it.

        last word          now
           │◄── elapsed ──►│        heard = min(elapsed, advance), while playing
           ▼               ▼
        ───●───────────────●──►     advance = (new position - old position) / speed

    Never more than the time that passed, and nothing when the position leapt. A word of before
    the last one changes nothing. Only where followers would think the player elsewhere does the
    sequence grow: between two moves they reckon by the clock.

    Raises:
        PlaybackEnded: there is nothing to move.
        BadInput: nothing is that long.
    """
    position = checked_position(position_ms, duration_ms)
    require_open(session)
    elapsed = (now - session.updated_at) // timedelta(milliseconds=1)
    if elapsed < 0:
        return session
    advance = (position - session.position_ms) * 100 // session.speed_percent
    is_playing = session.state is PlaybackState.PLAYING
    leapt = advance < 0 or advance > elapsed + LEAP_TOLERANCE_MS
    heard = min(elapsed, advance) if is_playing and not leapt else 0
    is_elsewhere = abs(advance - (elapsed if is_playing else 0)) > LEAP_TOLERANCE_MS
    return replace(
        session,
        position_ms=position,
        listened_ms=session.listened_ms + heard,
        sequence=session.sequence + is_elsewhere,
        updated_at=now,
    )


def require_open(session: PlaybackSession) -> PlaybackSession:
    """The session, if it goes on.

    Raises:
        PlaybackEnded: it has ended.
    """
    if session.state is PlaybackState.ENDED:
        raise PlaybackEnded("This playback session has ended; start a new one.")
    return session


def require_active(session: PlaybackSession, device_id: DeviceId | None) -> PlaybackSession:
    """The session, if it plays on this device; who tells of no device is believed.

    Raises:
        DeviceNotActive: it plays on another by now.
    """
    if device_id is not None and session.device_id != device_id:
        raise DeviceNotActive("This plays on another device now; stop here.", field="deviceId")
    return session


def position_at(session: PlaybackSession, now: datetime, duration_ms: int | None) -> int:
    """Where the player stands by the clock, if it has played on since its last word."""
    if session.state is not PlaybackState.PLAYING:
        return session.position_ms
    elapsed = max(0, (now - session.updated_at) // timedelta(milliseconds=1))
    position = session.position_ms + elapsed * session.speed_percent // 100
    return min(position, POSITION_MS_MAX if duration_ms is None else duration_ms)


def pause(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """Stop the music; what is paused is not moved. Raises PlaybackEnded."""
    if session.state is PlaybackState.PAUSED:
        return session
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


def transfer(
    session: PlaybackSession, *, now: datetime, device_id: DeviceId, position_ms: int
) -> PlaybackSession:
    """Go on elsewhere, from a position; raises PlaybackEnded."""
    if session.device_id == device_id:
        return require_open(session)
    return _moved(session, now, device_id=device_id, position_ms=position_ms)


def set_volume(session: PlaybackSession, *, volume: int) -> PlaybackSession:
    """Make it louder or softer, 0 to 100; raises PlaybackEnded, BadInput."""
    if not 0 <= volume <= VOLUME_MAX:
        raise BadInput(f"A volume lies between 0 and {VOLUME_MAX}.", field="volume")
    return session if session.volume == volume else touched(session, volume=volume)


def change_speed(session: PlaybackSession, *, now: datetime, speed_percent: int) -> PlaybackSession:
    """Play faster or slower from here on; raises PlaybackEnded.

    Up to now it went at the speed before, so where it stands by the clock is taken down; what
    was heard of that without a word of the player does not count.
    """
    position = position_at(session, now, None)
    return _moved(session, now, speed_percent=speed_percent, position_ms=position)


def set_sleep_timer(
    session: PlaybackSession, *, sleep_at: datetime | None, after_entry: bool
) -> PlaybackSession:
    """Pause it later: at a time, at the end of what plays, or (neither) not at all."""
    return touched(session, sleep_at=sleep_at, sleeps_after_entry=after_entry)


def fall_asleep(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """Pause what plays beyond its sleep timer's time; all else is left as it is."""
    if session.sleep_at is None or now < session.sleep_at:
        return session
    if session.state is not PlaybackState.PLAYING:
        return session if session.state is PlaybackState.ENDED else touched(session, sleep_at=None)
    return _moved(session, now, state=PlaybackState.PAUSED, sleep_at=None)


def begin(
    session: PlaybackSession,
    entry: QueueEntry,
    *,
    now: datetime,
    speed_percent: int,
    is_at_end: bool,
) -> PlaybackSession:
    """Begin an entry of the queue at its start; raises PlaybackEnded.

    With `is_at_end` what was before played to its end, which a sleep timer may have waited for.
    """
    falls_asleep = session.sleeps_after_entry and is_at_end
    return _moved(
        session,
        now,
        playable=entry.playable,
        entry_id=entry.id,
        start_number=session.start_number + 1,
        state=PlaybackState.PAUSED if falls_asleep else PlaybackState.PLAYING,
        sleeps_after_entry=session.sleeps_after_entry and not falls_asleep,
        position_ms=0,
        listened_ms=0,
        is_counted=False,
        speed_percent=speed_percent,
    )


def end(session: PlaybackSession, *, now: datetime) -> PlaybackSession:
    """End for good; ending twice changes nothing."""
    if session.state is PlaybackState.ENDED:
        return session
    return _moved(session, now, state=PlaybackState.ENDED)


def touched(session: PlaybackSession, **changes: object) -> PlaybackSession:
    """Change what says nothing of the player's position; raises PlaybackEnded.

    The player goes on meanwhile, so where it stood, and when, is still the last word of it.
    """
    return replace(require_open(session), sequence=session.sequence + 1, **changes)  # type: ignore[arg-type]


def current_entry(session: PlaybackSession) -> QueueEntry:
    """What plays, as an entry of the queue."""
    return QueueEntry(session.entry_id, session.playable, session.sequence)


def checked_position(position_ms: int, duration_ms: int | None) -> int:
    """A position within it; a little past its end is its end.

    Raises:
        BadInput: it is negative, or nothing is that long.
    """
    if not 0 <= position_ms <= POSITION_MS_MAX:
        raise BadInput("A position lies between the start and the end.", field="positionMs")
    return position_ms if duration_ms is None else min(position_ms, duration_ms)


def _moved(session: PlaybackSession, now: datetime, **changes: object) -> PlaybackSession:
    return touched(session, updated_at=max(now, session.updated_at), **changes)
