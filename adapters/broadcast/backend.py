"""What the bus asks of whatever carries its messages."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from broadcaster import Event


class LiveMessage(NamedTuple):
    """One message on its way to the listeners of a channel."""

    channel: str
    payload: bytes


class MessagesLost(Exception):
    """The log was cut or replaced before we had read all of it; reading goes on after."""


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

    async def next_published(self) -> Event:
        """Wait for the next message of a subscribed channel.

        Raises:
            MessagesLost: some were lost; call again for those that come after.
        """
