"""The bounded queue of one listener: a slow reader loses its oldest messages."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

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
        self._waiting: deque[bytes] = deque()
        self._messages_max = messages_max
        self._has_gap = False
        self._is_closed = False
        self._changed = asyncio.Event()

    def put(self, message: bytes) -> int:
        """Add a message; returns how many old ones had to go (0 or 1)."""
        if self._is_closed:
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

    def mark_gap(self) -> None:
        """Tell the reader that messages may have been lost before they came here."""
        self._has_gap = True
        self._changed.set()

    def close(self) -> None:
        """End the stream once what waits is read."""
        self._is_closed = True
        self._changed.set()

    async def __anext__(self) -> bytes:
        while True:
            if self._has_gap:
                self._has_gap = False
                return GAP
            if self._waiting:
                return self._waiting.popleft()
            if self._is_closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
