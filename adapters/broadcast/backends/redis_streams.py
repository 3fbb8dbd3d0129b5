"""The distributed bus: one Redis stream for all, replayed from the last id read."""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from adapters.broadcast.backend import LiveMessage, MessagesLost, PlacedEvent, ReplayLimits
from adapters.broadcast.backends.stream_durability import RedisRun, read_run
from adapters.broadcast.backends.stream_replay import before, placed, replay_stream
from cancellation import end_if_cancelled

log = logging.getLogger(__name__)

STREAM: Final = "tutti:live"
STREAM_MESSAGES_MAX: Final = 50_000
READ_MESSAGES_MAX: Final = 500
BLOCK_SECONDS: Final = 2.0
SOCKET_SECONDS_MAX: Final = 5.0
PUBLISH_RETRIES_MAX: Final = 5
RECONNECT_SECONDS_MIN: Final = 0.05
RECONNECT_SECONDS_MAX: Final = 2.0
BEGINNING: Final = b"0-0"


class RedisPublisher:
    """Appends messages to the stream that every process follows."""

    def __init__(
        self, url: str, *, stream: str = STREAM, messages_max: int = STREAM_MESSAGES_MAX
    ) -> None:
        self._stream = stream
        self._messages_max = messages_max
        backoff = ExponentialWithJitterBackoff(base=0.05, cap=1.0)
        retry = Retry(backoff, PUBLISH_RETRIES_MAX)
        self.client = _client(url, retry, seconds_max=SOCKET_SECONDS_MAX)

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Append messages in one round trip; a retry may append some of them twice.

        Raises:
            ConnectionError: Redis did not take them within the retries.
        """
        try:
            async with self.client.pipeline(transaction=False) as pipeline:
                for channel, payload in messages:
                    pipeline.xadd(
                        self._stream,
                        {"channel": channel, "payload": payload},
                        maxlen=self._messages_max,
                        approximate=True,
                    )
                await pipeline.execute()
        except RedisError as error:
            raise ConnectionError(f"Redis did not take the message: {error}") from error

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()


class RedisStreamsBackend:
    """Publishes with XADD and follows the stream with one blocking XREAD.

    After a lost connection reading goes on behind the last entry read, if that entry is
    still there; if it is not, the stream was cut or Redis lost it, and listeners are told. They
    are told as well where Redis was started again and does not keep all that it takes.
    """

    def __init__(
        self,
        url: str,
        *,
        stream: str = STREAM,
        messages_max: int = STREAM_MESSAGES_MAX,
        block_seconds: float = BLOCK_SECONDS,
    ) -> None:
        self.reconnects = 0
        self._url = url
        self._stream = stream
        self._messages_max = messages_max
        self._block_seconds = block_seconds
        self._channels: set[str] = set()
        self._pending: deque[PlacedEvent] = deque()
        self._handed_out = BEGINNING
        self._last: bytes | None = None
        self._oldest: bytes | None = None
        """The entry that was the oldest after a cut, while none behind the cut is read."""
        self._is_position_checked = True
        self._run: RedisRun | None = None
        self._is_run_checked = False
        self._reader: Redis | None = None
        self._publisher: RedisPublisher | None = None

    async def connect(self) -> None:
        """Stand at the current end, or where reading stopped before."""
        # The reader must notice every reconnection itself, so the client never retries.
        self._reader = _client(
            self._url,
            Retry(NoBackoff(), 0),
            seconds_max=self._block_seconds + SOCKET_SECONDS_MAX,
        )
        self._publisher = RedisPublisher(
            self._url, stream=self._stream, messages_max=self._messages_max
        )
        try:
            self._is_run_checked = False
            if self._last is None:
                newest: Any = await self._reader.xrevrange(self._stream, count=1)
                self._last = newest[0][0] if newest else await self._begin(self._reader)
            else:
                self._is_position_checked = False
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """Close the connections; the reading position stays."""
        reader, self._reader = self._reader, None
        publisher, self._publisher = self._publisher, None
        if reader is not None:
            await reader.aclose()
        if publisher is not None:
            await publisher.close()

    async def subscribe(self, channel: str) -> None:
        """Hand out messages of this channel."""
        self._channels.add(channel)

    async def unsubscribe(self, channel: str) -> None:
        """Pass over messages of this channel."""
        self._channels.discard(channel)

    async def publish(self, channel: str, message: bytes) -> None:
        """Append one message; a retry after a lost answer may append it twice.

        Raises:
            ConnectionError: Redis did not take it within the retries.
        """
        await self.publish_many([LiveMessage(channel, message)])

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Append messages in one round trip.

        Raises:
            ConnectionError: Redis did not take them within the retries.
        """
        if self._publisher is None:
            raise ConnectionError("the bus is not connected to Redis")
        await self._publisher.publish_many(messages)

    @property
    def position(self) -> str:
        """Where handing out stands in the stream."""
        last = self._handed_out if self._pending else self._last or BEGINNING
        if last == BEGINNING and self._oldest is not None:
            return before(self._oldest.decode())
        return last.decode()

    async def replay(self, channel: str, position: str, limits: ReplayLimits) -> list[PlacedEvent]:
        """Read again what a channel was told after an entry, which must still be there.

        Raises:
            MessagesLost: the entry is gone, or more was missed than may be told.
            ConnectionError: Redis does not answer.
        """
        if self._publisher is None:
            raise ConnectionError("the bus is not connected to Redis")
        client = self._publisher.client
        return await replay_stream(client, self._stream, channel, position, limits)

    async def next_published(self) -> PlacedEvent:
        """The next message that somebody here listens to, in the order of the stream.

        Raises:
            MessagesLost: the stream was cut, or Redis lost it, before it was read.
        """
        pause = RECONNECT_SECONDS_MIN
        while not self._pending:
            end_if_cancelled()
            try:
                await self._read()
                pause = RECONNECT_SECONDS_MIN
            except (RedisConnectionError, RedisTimeoutError, ResponseError) as error:
                log.warning("the live stream is read again after a pause: %s", error)
                self.reconnects += 1
                self._is_position_checked = self._is_run_checked = False
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                pause = min(pause * 2, RECONNECT_SECONDS_MAX)
        message = self._pending.popleft()
        self._handed_out = message.position.encode()
        return message

    async def _begin(self, reader: Redis) -> Any:
        """Give an empty stream an entry to stand at; if Redis forgets, that is gone as well."""
        return await reader.xadd(self._stream, {"channel": "", "payload": ""})

    async def _read(self) -> None:
        if self._reader is None:
            raise RedisConnectionError("the bus is not connected to Redis")
        if not self._is_run_checked:
            await self._check_run(self._reader)
        if not self._is_position_checked:
            await self._check_position(self._reader)
        assert self._last is not None
        answer: Any = await self._reader.xread(
            {self._stream: self._last},
            count=READ_MESSAGES_MAX,
            block=int(self._block_seconds * 1000),
        )
        self._handed_out = self._last
        for _stream, entries in answer or ():
            for entry in map(placed, entries):
                self._last = entry.position.encode()
                if entry.channel in self._channels:
                    self._pending.append(entry)
            # A full answer means that we lag, and the stream is cut at its old end.
            self._is_position_checked = len(entries) < READ_MESSAGES_MAX

    async def _check_run(self, reader: Redis) -> None:
        """Make sure that Redis is the one of before, or that it forgot nothing."""
        known, self._run = self._run, await read_run(reader)
        self._is_run_checked = True
        if known is not None and known.id != self._run.id and not self._run.keeps_all:
            raise MessagesLost("Redis was started again and may have forgotten entries")

    async def _check_position(self, reader: Redis) -> None:
        """Make sure the entry read last is still there, so that none after it is lost."""
        known = self._oldest if self._last == BEGINNING else self._last
        is_there = known is None or await reader.xrange(self._stream, known, known)
        if not is_there:
            oldest: Any = await reader.xrange(self._stream, count=1)
            self._oldest = oldest[0][0] if oldest else await self._begin(reader)
            self._last = BEGINNING
        self._is_position_checked = True
        if not is_there:
            raise MessagesLost("the live stream was cut")


def _client(url: str, retry: Retry, *, seconds_max: float) -> Redis:
    return Redis.from_url(
        url,
        protocol=2,
        retry=retry,
        socket_timeout=seconds_max,
        socket_connect_timeout=SOCKET_SECONDS_MAX,
    )
