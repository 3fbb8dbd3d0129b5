"""A taskiq broker over one Redis stream: lost jobs come back, live ones are run once."""

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from functools import partial
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError
from taskiq import AckableMessage, AsyncBroker, BrokerMessage

from cancellation import end_if_cancelled

log = logging.getLogger(__name__)

GROUP: Final = "workers"
IDLE_SECONDS: Final = 20.0
BLOCK_SECONDS: Final = 1.0
SOCKET_SECONDS_MAX: Final = 5.0
RECONNECT_SECONDS_MAX: Final = 2.0
RETRIES_MAX: Final = 5
FORGET_SECONDS: Final = 3600.0
"""A consumer that asked for nothing so long, and holds nothing, was killed long ago."""

Entry = tuple[bytes, dict[bytes, bytes]]


class RedisStreamsBroker(AsyncBroker):
    """One queue of one worker process.

    A message that was read and not acknowledged belongs to its consumer. While it is in
    flight we prolong that every idle/3; one that nobody prolonged for `idle_seconds` is
    claimed from its dead consumer, and we look for such every idle/2 even when idle.
    """

    def __init__(
        self,
        url: str,
        *,
        stream: str,
        consumer: str,
        idle_seconds: float = IDLE_SECONDS,
        forget_seconds: float = FORGET_SECONDS,
    ) -> None:
        super().__init__()
        self._stream = stream
        self._consumer = consumer
        self._idle_seconds = idle_seconds
        self._forget_seconds = forget_seconds
        self._claim_from = b"0-0"
        self._claims_at = 0.0
        self._in_flight: set[bytes] = set()
        self._is_drained = asyncio.Event()
        self._is_drained.set()
        # The reader never retries by itself: a read that was answered but lost is claimed
        # back after a while, and a retry would hide that the group is gone.
        self._reader = _client(url, Retry(NoBackoff(), 0), BLOCK_SECONDS + SOCKET_SECONDS_MAX)
        backoff = ExponentialWithJitterBackoff(base=0.05, cap=1.0)
        self._client = _client(url, Retry(backoff, RETRIES_MAX), SOCKET_SECONDS_MAX)

    async def shutdown(self) -> None:
        """Leave the group if nothing of ours is unfinished, and close the connections."""
        await super().shutdown()
        with suppress(RedisError, OSError):
            if not self._in_flight:
                await self._client.xgroup_delconsumer(self._stream, GROUP, self._consumer)
        await self._reader.aclose()
        await self._client.aclose()

    async def drain(self, seconds: float) -> None:
        """Wait until nothing is in flight, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._is_drained.wait()

    async def kick(self, message: BrokerMessage) -> None:
        """Append a message to the stream."""
        await self._client.xadd(self._stream, {"data": message.message})

    async def outstanding(self) -> int:
        """Messages that wait or are in flight: acknowledged ones are deleted."""
        return int(await self._client.xlen(self._stream))

    async def listen(self) -> AsyncGenerator[bytes | AckableMessage, None]:
        """Messages for this consumer, one by one; survives the loss of Redis."""
        keeper = asyncio.create_task(self._keep_claims())
        try:
            while True:
                end_if_cancelled()
                for entry_id, fields in await self._next_entries():
                    if entry_id in self._in_flight or b"data" not in fields:
                        continue
                    self._in_flight.add(entry_id)
                    self._is_drained.clear()
                    yield AckableMessage(
                        data=fields[b"data"], ack=partial(self._acknowledge, entry_id)
                    )
        finally:
            keeper.cancel()

    async def _next_entries(self) -> list[Entry]:
        try:
            if time.monotonic() >= self._claims_at:
                return await self._claim_abandoned()
            return await self._read_new()
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._make_group()
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("queue %s is read again after a pause: %s", self._stream, error)
            await asyncio.sleep(random.uniform(0.1, RECONNECT_SECONDS_MAX))  # noqa: S311
        return []

    async def _claim_abandoned(self) -> list[Entry]:
        """One entry of a dead consumer; looks again at once while there are any."""
        answer: Any = await self._reader.xautoclaim(
            self._stream,
            GROUP,
            self._consumer,
            min_idle_time=int(self._idle_seconds * 1000),
            start_id=self._claim_from,
            count=1,
        )
        self._claim_from, entries = answer[0], answer[1]
        if self._claim_from == b"0-0":
            self._claims_at = time.monotonic() + self._idle_seconds / 2
            await self._forget_consumers()
        return list(entries)

    async def _forget_consumers(self) -> None:
        """Take long dead consumers out of the group; never one that holds a message."""
        consumers: Any = await self._reader.xinfo_consumers(self._stream, GROUP)
        for each in consumers:
            is_gone = each["idle"] > self._forget_seconds * 1000 and each["pending"] == 0
            if is_gone and each["name"] != self._consumer.encode():
                await self._reader.xgroup_delconsumer(self._stream, GROUP, each["name"])

    async def _read_new(self) -> list[Entry]:
        until_claims = max(0.01, self._claims_at - time.monotonic())
        answer: Any = await self._reader.xreadgroup(
            GROUP,
            self._consumer,
            {self._stream: ">"},
            count=1,
            block=int(min(BLOCK_SECONDS, until_claims) * 1000),
        )
        return [entry for _stream, entries in answer or () for entry in entries]

    async def _make_group(self) -> None:
        """A new stream, or one that Redis lost: begin where it begins."""
        try:
            await self._client.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise
        except (RedisConnectionError, RedisTimeoutError) as error:
            log.warning("queue %s has no group yet: %s", self._stream, error)
            await asyncio.sleep(random.uniform(0.1, RECONNECT_SECONDS_MAX))  # noqa: S311

    async def _keep_claims(self) -> None:
        """Tell the group again and again that our messages are being worked."""
        while True:
            await asyncio.sleep(self._idle_seconds / 3)
            if not self._in_flight:
                continue
            with suppress(RedisError, OSError):
                await self._client.xclaim(
                    self._stream,
                    GROUP,
                    self._consumer,
                    min_idle_time=0,
                    message_ids=list(self._in_flight),
                    justid=True,
                )

    async def _acknowledge(self, entry_id: bytes) -> None:
        """The message is done with; if Redis does not hear it, it comes again and is refused."""
        try:
            async with self._client.pipeline(transaction=True) as pipeline:
                pipeline.xack(self._stream, GROUP, entry_id)
                pipeline.xdel(self._stream, entry_id)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("a message of %s stays unacknowledged: %s", self._stream, error)
        finally:
            self._in_flight.discard(entry_id)
            if not self._in_flight:
                self._is_drained.set()


def _client(url: str, retry: Retry, seconds_max: float) -> Redis:
    return Redis.from_url(
        url,
        protocol=2,
        retry=retry,
        socket_timeout=seconds_max,
        socket_connect_timeout=SOCKET_SECONDS_MAX,
    )
