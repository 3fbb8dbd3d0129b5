"""The bounded queue of one listener: a slow reader loses its oldest messages."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

from adapters.broadcast.backend import PlacedEvent
from domain.messages.channels import GAP

__all__ = ["GAP", "Mailbox"]

MAILBOX_MESSAGES_MAX: Final = 256


class Mailbox(AsyncIterator[bytes]):
    """Messages waiting for one reader, oldest first.

        put d into [a b c], capacity 3   →   GAP, then b c d
        mark_gap() on [a b]              →   GAP, then a b

    The gap is told before what still waits, so a reader that reads the state anew at the
    gap drops what waits by its sequence number.
    """

    def __init__(self, *, messages_max: int = MAILBOX_MESSAGES_MAX) -> None:
        assert messages_max > 0
        self.dropped = 0
        self.position: str | None = None
        """Where the reader stands: behind what it took last; None where nobody knows."""
        self._waiting: deque[PlacedEvent] = deque()
        self._replayed: deque[PlacedEvent] = deque()
        self._replayed_places: set[str] = set()
        self._messages_max = messages_max
        self._has_gap = False
        self._behind_gap: str | None = None
        self._is_closed = False
        self._changed = asyncio.Event()

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting and not self._replayed

    def put(self, message: PlacedEvent) -> int:
        """Add a message; returns how many old ones had to go (0 or 1)."""
        if self._is_closed or message.place in self._replayed_places:
            return 0
        lost = 0
        if len(self._waiting) >= self._messages_max:
            self._waiting.popleft()
            self._has_gap = True
            lost = 1
        self._waiting.append(message)
        self.dropped += lost
        self._changed.set()
        return lost

    def put_replayed(self, messages: Sequence[PlacedEvent]) -> None:
        """Add what was missed before all that waits; what is in both is read once."""
        self._replayed_places = {message.place for message in messages}
        self._replayed.extend(messages)
        waiting = [each for each in self._waiting if each.place not in self._replayed_places]
        self._waiting = deque(waiting)
        self._changed.set()

    def mark_gap(self, position: str | None = None) -> None:
        """Tell the reader that messages may have been lost before they came here.

        It stands at the position from then on, unless messages wait: they are before it.
        """
        self._has_gap = True
        if self.is_empty:
            self._behind_gap = position
        self._changed.set()

    def close(self) -> None:
        """End the stream once what waits is read."""
        self._is_closed = True
        self._changed.set()

    async def __anext__(self) -> bytes:
        while True:
            if self._has_gap:
                self._has_gap = False
                # Not before: a position behind the gap must not be told ahead of the gap.
                self.position, self._behind_gap = self._behind_gap or self.position, None
                return GAP
            if not self.is_empty:
                message = (self._replayed or self._waiting).popleft()
                self.position = message.position
                return bytes(message.message)
            if self._is_closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
