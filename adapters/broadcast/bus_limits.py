"""The bounds of the bus, and what it counts."""

from dataclasses import dataclass, field

from adapters.broadcast.backend import ReplayLimits
from adapters.broadcast.mailbox import MAILBOX_MESSAGES_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class BusLimits:
    """Every bound of the bus."""

    listeners_max: int = 20_000
    mailbox_messages_max: int = MAILBOX_MESSAGES_MAX
    publishes_max: int = 1_000
    """Publishes waiting for the backend at one time."""
    latest_channels_max: int = 10_000
    """Channels with a coalesced message waiting for the next flush."""
    latest_seconds: float = 0.05
    """How long a coalesced message may wait for a newer one."""
    replay: ReplayLimits = field(default_factory=ReplayLimits)
    replays_max: int = 4
    """Readers that are told again what they missed at one time; others wait."""
    replay_wait_seconds: float = 30.0
    """How long one may wait for that; then it is told of a gap. Long: after the end of a gateway a
    thousand come back at once."""
    connect_seconds: float = 5.0
    """How long `async with Bus` waits for its first connection; it goes on without."""
    restart_seconds_min: float = 0.05
    restart_seconds_max: float = 5.0


@dataclass(slots=True)
class BusCounters:
    """What the bus did since it started, for metrics."""

    published: int = 0
    coalesced: int = 0
    delivered: int = 0
    dropped: int = 0
    gaps: int = 0
    replayed: int = 0
    restarts: int = 0
    listeners: int = 0
