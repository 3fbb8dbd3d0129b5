"""Records of playback: sessions, devices, counted plays, and how what was begun ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import ArtistId, DeviceId, PlayableKey, PlaybackSessionId, PlayId, UserId


class PlaybackState(StrEnum):
    """What a session does now; one that has ended stays so."""

    PLAYING = "PLAYING"
    PAUSED = "PAUSED"
    ENDED = "ENDED"


class DeviceKind(StrEnum):
    """What a player runs on."""

    COMPUTER = "COMPUTER"
    PHONE = "PHONE"
    TABLET = "TABLET"
    SPEAKER = "SPEAKER"
    TELEVISION = "TELEVISION"
    CAR = "CAR"
    WEB = "WEB"
    OTHER = "OTHER"


class ListenOutcome(StrEnum):
    """How something that was begun was left."""

    COMPLETED = "COMPLETED"
    SKIPPED = "SKIPPED"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybackSession:
    """What a listener plays, on whichever of their devices; one is open for each at most."""

    id: PlaybackSessionId
    user_id: UserId
    device_id: DeviceId | None
    """Which player makes the sound; None where the client told of none."""
    playable: str
    """What plays: its kind and id."""
    entry_id: str
    """Which entry of the queue that is."""
    start_number: int
    """How often something was begun in this session; a play counts once for each."""
    state: PlaybackState
    position_ms: int
    """Where in it the player stood at `updated_at`."""
    listened_ms: int
    """How much was heard since it was begun."""
    is_counted: bool
    """Whether that was enough for a play, and was said to be one or was beyond the day's cap."""
    sequence: int
    """Grows with each move; a heartbeat that tells nothing new is none."""
    is_private: bool
    """True: no history, no training."""
    is_bot: bool
    """True: nothing that it plays counts."""
    volume: int
    """0 to 100."""
    speed_percent: int
    """How fast it plays; 100 is as it was recorded."""
    sleep_at: datetime | None
    """When the sleep timer pauses it."""
    sleeps_after_entry: bool
    """Whether the sleep timer pauses it at the end of what plays."""
    started_at: datetime
    updated_at: datetime

    @property
    def key(self) -> PlayableKey:
        """What plays."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A player of a listener's, such as an app on a phone."""

    id: DeviceId
    user_id: UserId
    install_id: str
    """Made by the client, once for each install."""
    name: str
    kind: DeviceKind
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A play that counts: once for each time that something was begun."""

    id: PlayId
    session_id: PlaybackSessionId
    start_number: int
    playable: str
    artist_id: ArtistId | None
    """None for what has no artist, such as a video."""
    user_id: UserId
    listened_ms: int
    is_private: bool
    played_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """How something that was begun was left; private sessions leave none."""

    session_id: PlaybackSessionId
    start_number: int
    user_id: UserId
    playable: str
    position_ms: int
    """Where it was left."""
    listened_ms: int
    outcome: ListenOutcome
    ended_at: datetime
