"""Sessions and queues for tests."""

from datetime import UTC, datetime
from typing import Any

from domain.ids import PlayableKey, PlayableKind, PlaybackSessionId, UserId
from domain.media.play_queue import PlayQueue, QueueEntry, RepeatMode
from domain.media.playback_records import PlaybackSession, PlaybackState

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def a_session(**changes: Any) -> PlaybackSession:
    """Ben's session: ten seconds into a track of which four were heard."""
    values: dict[str, Any] = {
        "id": PlaybackSessionId("session-1"),
        "user_id": UserId("ben"),
        "device_id": None,
        "playable": "Track:track-1",
        "entry_id": "~1.0",
        "start_number": 1,
        "state": PlaybackState.PLAYING,
        "position_ms": 10_000,
        "listened_ms": 4_000,
        "is_counted": False,
        "sequence": 3,
        "is_private": False,
        "is_bot": False,
        "volume": 100,
        "speed_percent": 100,
        "sleep_at": None,
        "sleeps_after_entry": False,
        "started_at": NOON,
        "updated_at": NOON,
    }
    return PlaybackSession(**{**values, **changes})


def a_queue(*names: str, **changes: Any) -> PlayQueue:
    """A queue of entries with these names; each plays a track of its own."""
    values: dict[str, Any] = {
        "session_id": PlaybackSessionId("session-1"),
        "upcoming": entries(*names),
        "history": (),
        "repeat": RepeatMode.OFF,
        "shuffle_seed": None,
        "unshuffled": (),
        "operations": (),
    }
    return PlayQueue(**{**values, **changes})


def entries(*names: str, since: int = 1) -> tuple[QueueEntry, ...]:
    """Entries by name; each plays a track of its own."""
    return tuple(QueueEntry(name, f"Track:{name}", since) for name in names)


def track_key(key: str = "track-1") -> PlayableKey:
    """A track's key."""
    return PlayableKey(PlayableKind.TRACK, key)
