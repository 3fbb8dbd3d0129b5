"""Records of playback: sessions and counted plays."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import ArtistId, PlaybackSessionId, PlayId, TrackId, UserId


class PlaybackState(StrEnum):
    """What a session does now; one that has ended stays so."""

    PLAYING = "PLAYING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackSession:
    """One listener in front of one player."""

    id: PlaybackSessionId
    user_id: UserId
    track_id: TrackId
    state: PlaybackState
    position_ms: int
    """Where in the track it stood at `updated_at`."""
    listened_ms: int
    """How much of this track was heard in this session."""
    sequence: int
    """Grows with each move."""
    queue: list[str]
    """Ids of the tracks to come."""
    is_private: bool
    """True: no history, no training."""
    started_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A play that counts: once for each session and track."""

    id: PlayId
    session_id: PlaybackSessionId
    track_id: TrackId
    artist_id: ArtistId
    user_id: UserId
    listened_ms: int
    is_private: bool
    played_at: datetime
