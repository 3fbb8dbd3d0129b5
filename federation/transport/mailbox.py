"""What waits for the reader of one subscription, bounded in number and in bytes."""

import asyncio
from collections import deque
from typing import Any

from federation.transport.failures import SubgraphFailure

MESSAGES_MAX = 1_000
"""Messages that may wait."""

Message = dict[str, Any]
"""One of graphql-transport-ws; `Any` as in JSON."""


class Mailbox:
    """Filled by the socket, emptied by the subscription; it ends with a failure.

    It is full with `MESSAGES_MAX` messages, or with `bytes_max` bytes of them.
    """

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._bytes = 0
        self._messages: deque[tuple[Message, int]] = deque()
        self._failure: SubgraphFailure | None = None
        self._has_news = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()

    @property
    def is_full(self) -> bool:
        """Whether who fills it has to wait."""
        return not self._has_room.is_set()

    async def room(self) -> None:
        """Wait until it is not full, or has ended."""
        await self._has_room.wait()

    def put(self, message: Message, size: int) -> None:
        """Add a message of so many bytes; what comes after the end is left out."""
        if self._failure is not None:
            return
        self._messages.append((message, size))
        self._bytes += size
        self._has_news.set()
        if len(self._messages) >= MESSAGES_MAX or self._bytes >= self._bytes_max:
            self._has_room.clear()

    def end(self, failure: SubgraphFailure) -> None:
        """Raise this behind what waits; the first failure counts."""
        self._failure = self._failure or failure
        self._has_news.set()
        self._has_room.set()

    async def get(self) -> Message:
        """The next message.

        Raises:
            SubgraphFailure: what it ended with, once all was read.
        """
        await self._has_news.wait()
        if not self._messages:
            assert self._failure is not None, "there is news"
            raise self._failure
        message, size = self._messages.popleft()
        self._bytes -= size
        if not self._messages and self._failure is None:
            self._has_news.clear()
        self._has_room.set()
        return message
