"""The embedded bus: the outbox row is the log entry, and every process reads the files."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from broadcaster import Event

from adapters.broadcast.backend import LiveMessage, MessagesLost
from adapters.broadcast.backends.bus_file import ROWS_KEPT, BusFile
from adapters.broadcast.backends.log_tail import LogTail

POLL_SECONDS: Final = 0.025

P = ParamSpec("P")
T = TypeVar("T")


class EventLogBackend:
    """Reads the event logs of all domains, and a `bus.db` that this process may write.

        commit in any process ─► events row ─┐
        publish() in any process ─► bus.db ──┴─► polled every 25 ms by each process

    Nobody listening, nothing is read: the first listener starts at the end.
    One thread reads and one writes, so the loop is never held and a writer that waits for
    the file's lock delays no reader.
    """

    def __init__(
        self,
        logs: Sequence[Path],
        *,
        bus_path: Path,
        poll_seconds: float = POLL_SECONDS,
        bus_rows_kept: int = ROWS_KEPT,
    ) -> None:
        paths = dict.fromkeys([bus_path, *logs])
        self._bus_file = BusFile(bus_path, rows_kept=bus_rows_kept)
        self._tails = [LogTail(path) for path in paths]
        self._poll_seconds = poll_seconds
        self._channels: set[str] = set()
        self._has_channels = asyncio.Event()
        self._is_resting = False
        self._waking = asyncio.Lock()
        self._pending: deque[LiveMessage] = deque()
        self._has_lost = False
        self._reader: ThreadPoolExecutor | None = None
        self._writer: ThreadPoolExecutor | None = None

    async def connect(self) -> None:
        """Open all files and stand at their ends."""
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="event-log-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="event-log-write")
        try:
            await _in(self._writer, self._bus_file.open)
            for tail in self._tails:
                await _in(self._reader, tail.open)
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        """Close all files; the reading positions stay."""
        reader, self._reader = self._reader, None
        writer, self._writer = self._writer, None
        if reader is not None:
            for tail in self._tails:
                await _in(reader, tail.close)
            reader.shutdown(wait=False)
        if writer is not None:
            await _in(writer, self._bus_file.close)
            writer.shutdown(wait=False)

    async def subscribe(self, channel: str) -> None:
        """Hand out messages of this channel, from here on."""
        async with self._waking:
            if self._is_resting and self._reader is not None:
                for tail in self._tails:
                    await _in(self._reader, tail.skip)
                self._is_resting = False
            self._channels.add(channel)
            self._has_channels.set()

    async def unsubscribe(self, channel: str) -> None:
        """Pass over messages of this channel."""
        self._channels.discard(channel)
        if not self._channels:
            self._has_channels.clear()

    async def publish(self, channel: str, message: bytes) -> None:
        """Write one message to `bus.db`; the other processes see it at their next poll."""
        await self.publish_many([LiveMessage(channel, message)])

    async def publish_many(self, messages: Sequence[LiveMessage]) -> None:
        """Write messages to `bus.db` in one transaction.

        Raises:
            ConnectionError: the bus is closed.
        """
        if self._writer is None:
            raise ConnectionError("the event log is closed")
        await _in(self._writer, self._bus_file.append, messages)

    async def next_published(self) -> Event:
        """The next message that somebody here listens to, in the order of its log.

        Raises:
            MessagesLost: a log was cut or replaced before it was read.
        """
        while not self._pending:
            if self._reader is None:
                raise ConnectionError("the event log is closed")
            if not self._channels:
                self._is_resting = True
                await self._has_channels.wait()
                continue
            is_full = await _in(self._reader, self._read)
            if self._has_lost:
                self._has_lost = False
                raise MessagesLost
            if not self._pending and not is_full:
                await asyncio.sleep(self._poll_seconds)
        message = self._pending.popleft()
        return Event(channel=message.channel, message=message.payload)

    def _read(self) -> bool:
        """Read each log once, in the reading thread; true where more may be waiting."""
        has_more = False
        for tail in self._tails:
            try:
                messages = tail.read()
            except MessagesLost:
                self._has_lost = has_more = True
                continue
            has_more = has_more or bool(messages)
            self._pending.extend(m for m in messages if m.channel in self._channels)
        return has_more


async def _in(
    executor: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    assert not kwargs
    return await asyncio.get_running_loop().run_in_executor(executor, call, *args)
