"""What the bus asks of whatever carries its messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from broadcaster import Event


class LiveMessage(NamedTuple):
    """One message on its way to the listeners of a channel."""

    channel: str
    payload: bytes


class PlacedEvent(Event):  # type: ignore[misc]  # broadcaster tells no types
    """A message as the log has it: `broadcaster`'s event, and where it stands."""

    def __init__(self, message: LiveMessage, *, place: str, position: str) -> None:
        super().__init__(message.channel, message.payload)
        self.place = place
        """Which entry of which log it is; nothing else has the same."""
        self.position = position
        """Where a reader goes on who was told this."""


class MessagesLost(Exception):
    """The log was cut or replaced before we had read all of it; reading goes on after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayLimits:
    """How much of what was missed is told again; what is more is a loss, and said to be one."""

    messages_max: int = 1_000
    """Messages of one channel."""
    scanned_max: int = 50_000
    """Entries of all channels that are looked through for them."""
    seconds_max: float = 600.0
    """Age of the oldest of them."""


class BusBackend(Protocol):
    """The backend protocol of `broadcaster`, and publishing many at once.

    A backend keeps its reading position over `disconnect` and `connect`, so that a
    restart replays what came in between.
    """

    async def connect(self) -> None:
        """Open, and stand at the current end (the first time) or where reading stopped."""

    async def disconnect(self) -> None:
        """Close; safe to call twice."""

    async def subscribe(self, channel: str) -> None:
        """From now on `next_published` also yields messages of this channel."""

    async def unsubscribe(self, channel: str) -> None:
        """The reverse of `subscribe`."""

    async def publish(self, channel: str, message: bytes) -> None:
        """Send one message."""

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Send several messages in order, in one transaction or round trip."""

    @property
    def position(self) -> str:
        """Where handing out stands: whatever the log has behind this is still to come."""

    async def replay(
        self, channel: str, position: str, limits: ReplayLimits
    ) -> Sequence[PlacedEvent]:
        """Read again what a channel was told after a position, oldest first.

        Raises:
            MessagesLost: the position is not of this log, or more was missed than may be told.
            OSError: the log cannot be read now.
        """

    async def next_published(self) -> PlacedEvent:
        """Wait for the next message of a subscribed channel.

        Raises:
            MessagesLost: some were lost; call again for those that come after. `position` is
                behind the loss by then.
        """
