"""The embedded bus: the outbox row is the log entry, and every process reads the files."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple, ParamSpec, TypeVar

from adapters.broadcast.backend import LiveMessage, MessagesLost, PlacedEvent, ReplayLimits
from adapters.broadcast.backends.bus_file import ROWS_KEPT, BusFile
from adapters.broadcast.backends.log_position import LogPosition, place_of
from adapters.broadcast.backends.log_replay import replay_logs
from adapters.broadcast.backends.log_tail import LoggedMessage, LogTail

POLL_SECONDS: Final = 0.025

P = ParamSpec("P")
T = TypeVar("T")


class _Batch(NamedTuple):
    """What one look into all logs found, for those who listen here."""

    events: list[PlacedEvent]
    begin: str
    """Where the look began; behind what was lost meanwhile."""
    position: str
    has_lost: bool
    has_more: bool


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
        self._pending: deque[PlacedEvent] = deque()
        self._read_to = ""
        self._handed_out = ""
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
            self._read_to = str(self._find_position())
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
                self._read_to = str(self._find_position())
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

    @property
    def position(self) -> str:
        """Where handing out stands, in all logs but `bus.db`: what is fleeting is not replayed."""
        return self._handed_out if self._pending else self._read_to

    async def replay(self, channel: str, position: str, limits: ReplayLimits) -> list[PlacedEvent]:
        """Read again what a channel was told after a position, log by log.

        Raises:
            MessagesLost: the position is not of these logs, or more was missed than may be told.
            ConnectionError: a log cannot be read now.
        """
        paths = [tail.path for tail in self._tails if tail.path != self._bus_file.path]
        return await asyncio.to_thread(
            replay_logs, paths, channel, LogPosition.parse(position), limits
        )

    async def next_published(self) -> PlacedEvent:
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
            batch = await _in(self._reader, self._read)
            self._pending.extend(batch.events)
            self._handed_out, self._read_to = batch.begin, batch.position
            if batch.has_lost:
                raise MessagesLost
            if not batch.has_more:
                await asyncio.sleep(self._poll_seconds)
        message = self._pending.popleft()
        self._handed_out = message.position
        return message

    def _read(self) -> _Batch:
        """Look once into each log, in the reading thread."""
        events: list[PlacedEvent] = []
        has_lost = has_more = False
        begin = self._find_position()
        for tail in self._tails:
            before = self._find_position()
            try:
                logged = tail.read()
            except MessagesLost:
                has_lost = has_more = True
                begin = begin.at(*tail.position) if tail.path != self._bus_file.path else begin
                continue
            has_more = has_more or bool(logged)
            events.extend(
                self._place(each, before)
                for each in logged
                if each.message.channel in self._channels
            )
        return _Batch(events, str(begin), str(self._find_position()), has_lost, has_more)

    def _place(self, logged: LoggedMessage, before: LogPosition) -> PlacedEvent:
        place = place_of(logged.inode, logged.sequence)
        is_kept = logged.inode in before.sequences
        position = before.at(logged.inode, logged.sequence) if is_kept else before
        return PlacedEvent(logged.message, place=place, position=str(position))

    def _find_position(self) -> LogPosition:
        kept = (tail.position for tail in self._tails if tail.path != self._bus_file.path)
        return LogPosition(dict(kept))


async def _in(
    executor: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T:
    assert not kwargs
    return await asyncio.get_running_loop().run_in_executor(executor, call, *args)
