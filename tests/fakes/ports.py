"""Ports without the outside world."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from domain.ports import LiveMessages, ObjectStat, Scored
from errors import ModelUnavailable, NotFound


class MemoryStore:
    """Objects in a dict."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        self.objects[key] = (path.read_bytes(), content_type)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        self.objects[key] = (data, content_type)

    async def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotFound("No such object.")
        return self.objects[key][0]

    async def open_range(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        yield (await self.get(key))[start:end]

    async def fetch_to(self, key: str, path: Path) -> None:
        path.write_bytes(await self.get(key))

    async def stat(self, key: str) -> ObjectStat | None:
        if key not in self.objects:
            return None
        data, content_type = self.objects[key]
        return ObjectStat(
            size=len(data),
            etag=f'"{hash(data):x}"',
            content_type=content_type,
            modified=datetime(2026, 1, 1, tzinfo=UTC),
        )

    async def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    async def delete_prefix(self, prefix: str) -> None:
        for key in [key for key in self.objects if key.startswith(prefix)]:
            del self.objects[key]

    async def list(self, prefix: str) -> AsyncIterator[str]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield key


class PlainUrls:
    """URLs that show what would be signed."""

    def sign_prefix(self, prefix: str, expires_at: datetime, *, cap: str | None = None) -> str:
        capped = "" if cap is None else f".{cap}"
        return f"/media/{int(expires_at.timestamp())}{capped}.signed/{prefix}"

    def sign_upload(self, key: str, bytes_max: int, expires_at: datetime) -> str:
        return f"/media/uploads/{int(expires_at.timestamp())}.{bytes_max}.signed/{key}"

    def sign_transfer(self, upload_id: str, expires_at: datetime) -> str:
        return f"/media/tus/{int(expires_at.timestamp())}.signed/{upload_id}"


class MemoryMessages(AsyncIterator[bytes]):
    """One listener's messages; its position is how many it was told."""

    def __init__(self, queue: asyncio.Queue[bytes], channel: str, reading: set[str]) -> None:
        self._queue, self._channel, self._reading = queue, channel, reading
        self._told = 0

    @property
    def position(self) -> str:
        return str(self._told)

    async def __anext__(self) -> bytes:
        self._reading.add(self._channel)
        message = await self._queue.get()
        self._reading.discard(self._channel)
        self._told += 1
        return message


class MemoryBus:
    """Live messages within one process."""

    is_connected = True

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []
        self._listeners: dict[str, list[asyncio.Queue[bytes]]] = defaultdict(list)
        self._reading: set[str] = set()

    @asynccontextmanager
    async def listen(
        self, channel: str, *, after: str | None = None
    ) -> AsyncIterator[LiveMessages]:
        queue: asyncio.Queue[bytes] = asyncio.Queue(256)
        self._listeners[channel].append(queue)
        try:
            yield MemoryMessages(queue, channel, self._reading)
        finally:
            self._listeners[channel].remove(queue)

    async def wait_for_listener(self, channel: str) -> None:
        while not self._listeners[channel]:
            await asyncio.sleep(0)

    async def wait_for_reader(self, channel: str) -> None:
        """Wait until a listener has looked around and asks for the next message."""
        while channel not in self._reading:
            await asyncio.sleep(0)

    async def publish(self, channel: str, payload: bytes) -> None:
        self.published.append((channel, payload))
        for queue in self._listeners[channel]:
            queue.put_nowait(payload)


class FakePasswords:
    """Passwords in the clear, for speed."""

    async def hash(self, password: str) -> str:
        return f"plain:{password}"

    async def verify(self, encoded: str | None, password: str) -> bool:
        return encoded == f"plain:{password}"


class FakeModels:
    """A recommender that answers what a test says, or is not there."""

    def __init__(self) -> None:
        self.answer: list[Scored] | None = None

    async def recommend(self, history: Sequence[str], count: int) -> tuple[str, list[Scored]]:
        if self.answer is None:
            raise ModelUnavailable("No model here.")
        return "fake-1", self.answer[:count]
