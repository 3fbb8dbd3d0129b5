"""A backend in memory that a test can break, to see how the bus takes it."""

import asyncio
from collections.abc import Sequence

from adapters.broadcast.backend import LiveMessage, MessagesLost, PlacedEvent, ReplayLimits


class FakeBackend:
    def __init__(self) -> None:
        self.connects = 0
        self.handed_out = 0
        self.refuses_to_connect = 0
        self.refuses_to_publish = False
        self.channels: list[str] = []
        self.unsubscribed: list[str] = []
        self.batches: list[list[LiveMessage]] = []
        self.is_stuck = asyncio.Event()
        self.is_stuck.set()
        self._queue: asyncio.Queue[LiveMessage | Exception] = asyncio.Queue()

    def break_with(self, error: Exception) -> None:
        self._queue.put_nowait(error)

    def lose_messages(self) -> None:
        self._queue.put_nowait(MessagesLost())

    async def connect(self) -> None:
        self.connects += 1
        if self.refuses_to_connect:
            self.refuses_to_connect -= 1
            raise ConnectionError("not yet")

    async def disconnect(self) -> None:
        pass

    async def subscribe(self, channel: str) -> None:
        self.channels.append(channel)

    async def unsubscribe(self, channel: str) -> None:
        self.unsubscribed.append(channel)

    async def publish(self, channel: str, message: bytes) -> None:
        await self.is_stuck.wait()
        await self.publish_many([LiveMessage(channel, message)])

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        if self.refuses_to_publish:
            raise ConnectionError("gone")
        self.batches.append(list(messages))
        for message in messages:
            self._queue.put_nowait(message)

    @property
    def position(self) -> str:
        return str(self.handed_out)

    async def replay(self, channel: str, position: str, limits: ReplayLimits) -> list[PlacedEvent]:
        if not position.isdecimal():
            raise MessagesLost
        published = [message for batch in self.batches for message in batch]
        return [
            PlacedEvent(message, place=str(number), position=str(number))
            for number, message in enumerate(published, 1)
            if number > int(position) and message.channel == channel
        ]

    async def next_published(self) -> PlacedEvent:
        item = await self._queue.get()
        if isinstance(item, Exception):
            raise item
        self.handed_out += 1
        return PlacedEvent(item, place=str(self.handed_out), position=str(self.handed_out))
