"""A supervised bus: one subscription for a channel, one mailbox for a listener."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from broadcaster import Broadcast

from adapters.broadcast.backend import (
    BusBackend,
    LiveMessage,
    MessagesLost,
    PlacedEvent,
)
from adapters.broadcast.bus_limits import BusCounters, BusLimits
from adapters.broadcast.mailbox import Mailbox
from cancellation import end_if_cancelled
from errors import DependencyError, RateLimited

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Pump:
    task: asyncio.Task[None]
    is_ready: asyncio.Event


class Bus:
    """Carries live messages between this process and the others.

        async with Bus(backend) as bus:
            async with bus.listen("playback:1") as messages:
                async for message in messages:   # bytes, or GAP where some were lost
                    ...

    `broadcaster` does the subscribing; its listener dies in silence and its queues have
    no bound, so a failure of the backend ends one generation of it here, all listeners
    are told of a gap, and the next generation begins after a pause.
    """

    def __init__(self, backend: BusBackend, limits: BusLimits | None = None) -> None:
        self.counters = BusCounters()
        self._backend = backend
        self._limits = limits or BusLimits()
        self._mailboxes: dict[str, set[Mailbox]] = {}
        self._pumps: dict[str, _Pump] = {}
        self._generation: tuple[Broadcast, _Watched] | None = None
        self._connected = asyncio.Event()
        self._latest: dict[str, bytes] = {}
        self._publishing = 0
        self._replaying = asyncio.Semaphore(self._limits.replays_max)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_connected(self) -> bool:
        """Whether messages of others reach this process now."""
        return self._connected.is_set()

    async def __aenter__(self) -> Self:
        assert not self._tasks, "a bus is entered once"
        self._tasks = [
            asyncio.create_task(self._supervise(), name="bus-supervisor"),
            asyncio.create_task(self._flush_latest(), name="bus-latest"),
        ]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limits.connect_seconds):
                await self._connected.wait()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for mailbox in self._all_mailboxes():
            mailbox.close()

    @asynccontextmanager
    async def listen(self, channel: str, *, after: str | None = None) -> AsyncIterator[Mailbox]:
        """Follow a channel: what is published after this is entered arrives.

        With the position of a mailbox before, what was missed since then comes first; `GAP`
        where it cannot.

        Raises:
            RateLimited: this process has as many listeners as it may have.
        """
        if self.counters.listeners >= self._limits.listeners_max:
            raise RateLimited("Too many live subscriptions on this server.")
        mailbox = Mailbox(messages_max=self._limits.mailbox_messages_max)
        self._mailboxes.setdefault(channel, set()).add(mailbox)
        self.counters.listeners += 1
        try:
            await self._pump_ready(channel)
            if mailbox.is_empty and self._generation is not None:
                mailbox.position = self._generation[1].position
            if after is not None:
                await self._replay(mailbox, channel, after)
            yield mailbox
        finally:
            mailbox.close()
            self.counters.listeners -= 1
            self._mailboxes[channel].discard(mailbox)
            if not self._mailboxes[channel]:
                del self._mailboxes[channel]
                self._stop_pump(channel)

    async def _replay(self, mailbox: Mailbox, channel: str, after: str) -> None:
        """Put what was missed before what arrived meanwhile."""
        try:
            async with asyncio.timeout(self._limits.replay_wait_seconds), self._replaying:
                missed = await self._backend.replay(channel, after, self._limits.replay)
        except (MessagesLost, OSError) as reason:
            log.info("a reader of %s is told of a gap: %s", channel, reason)
            self._mark_gaps([mailbox])
        else:
            self.counters.replayed += len(missed)
            mailbox.position = after
            mailbox.put_replayed(missed)

    async def publish(self, channel: str, payload: bytes, *, latest_only: bool = False) -> None:
        """Send to every listener of the channel in every process; best effort.

        With `latest_only` the message may be replaced by a newer one of the same channel
        before it leaves (positions, progress).

        Raises:
            DependencyError: the backend did not take it.
            RateLimited: too many publishes wait already.
        """
        assert payload, "an empty message means a gap"
        if latest_only:
            self._keep_latest(channel, payload)
            return
        if self._publishing >= self._limits.publishes_max:
            raise RateLimited("Too many live messages wait to be sent.")
        self._publishing += 1
        try:
            await self._backend.publish(channel, payload)
        except OSError as error:
            raise DependencyError("The live bus does not take messages.") from error
        finally:
            self._publishing -= 1
        self.counters.published += 1

    def _keep_latest(self, channel: str, payload: bytes) -> None:
        if channel in self._latest:
            self.counters.coalesced += 1
        elif len(self._latest) >= self._limits.latest_channels_max:
            self.counters.dropped += 1
            return
        self._latest[channel] = payload

    async def _flush_latest(self) -> None:
        while True:
            end_if_cancelled()
            await asyncio.sleep(self._limits.latest_seconds)
            if not self._latest:
                continue
            batch = [LiveMessage(*item) for item in self._latest.items()]
            self._latest = {}
            try:
                await self._backend.publish_many(batch)
            except Exception as error:  # noqa: BLE001 - the next position follows anyway
                self.counters.dropped += len(batch)
                log.warning("live messages were not sent: %s", error)
            else:
                self.counters.published += len(batch)

    async def _supervise(self) -> None:
        pause = self._limits.restart_seconds_min
        while True:
            end_if_cancelled()
            started = asyncio.get_running_loop().time()
            try:
                await self._run_generation()
            except Exception as error:  # noqa: BLE001 - whatever it was, the bus comes back
                log.warning("the live bus failed and starts again: %r", error)
            finally:
                self._connected.clear()
            if asyncio.get_running_loop().time() - started > self._limits.restart_seconds_max:
                pause = self._limits.restart_seconds_min
            self.counters.restarts += 1
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, self._limits.restart_seconds_max)

    async def _run_generation(self) -> None:
        """Carry messages until the backend fails, and raise its failure."""
        watched = _Watched(self._backend, on_gap=self._mark_gaps_behind)
        try:
            async with Broadcast(backend=watched) as broadcast:
                self._generation = (broadcast, watched)
                for channel in self._mailboxes:
                    self._start_pump(channel, has_gap=self.counters.restarts > 0)
                self._connected.set()
                try:
                    await watched.failure
                finally:
                    self._generation = None
                    for channel in list(self._pumps):
                        self._stop_pump(channel)
        finally:
            await self._backend.disconnect()

    async def _pump_ready(self, channel: str) -> None:
        """Wait until the channel is subscribed; while the bus is down there is no pump."""
        if self._generation is not None and channel not in self._pumps:
            self._start_pump(channel)
        pump = self._pumps.get(channel)
        if pump is not None:
            await pump.is_ready.wait()

    def _start_pump(self, channel: str, *, has_gap: bool = False) -> None:
        """Subscribe; with `has_gap` its listeners missed whatever came before that."""
        assert self._generation is not None
        is_ready = asyncio.Event()
        pumping = self._pump(channel, *self._generation, is_ready, has_gap)
        self._pumps[channel] = _Pump(asyncio.create_task(pumping, name=f"bus-{channel}"), is_ready)

    def _stop_pump(self, channel: str) -> None:
        pump = self._pumps.pop(channel, None)
        if pump is not None:
            pump.is_ready.set()
            pump.task.cancel()

    async def _pump(
        self,
        channel: str,
        broadcast: Broadcast,
        watched: "_Watched",
        is_ready: asyncio.Event,
        has_gap: bool,
    ) -> None:
        """Hand one channel's messages to all its mailboxes; never waits for a reader."""
        try:
            async with broadcast.subscribe(channel) as subscriber:
                is_ready.set()
                if has_gap:
                    self._mark_gaps(self._mailboxes.get(channel, ()))
                while True:
                    event = await subscriber.get()
                    assert isinstance(event, PlacedEvent), "our backends give nothing else"
                    for mailbox in self._mailboxes.get(channel, ()):
                        self.counters.dropped += mailbox.put(event)
                        self.counters.delivered += 1
        except Exception as error:  # noqa: BLE001 - told to the supervisor
            watched.fail(error)

    def _mark_gaps_behind(self, position: str) -> None:
        self._mark_gaps(self._all_mailboxes(), position)

    def _mark_gaps(self, mailboxes: Iterable[Mailbox], position: str | None = None) -> None:
        for mailbox in mailboxes:
            self.counters.gaps += 1
            mailbox.mark_gap(position)

    def _all_mailboxes(self) -> list[Mailbox]:
        return [mailbox for group in self._mailboxes.values() for mailbox in group]


class _Watched:
    """A backend whose failure is told; broadcaster's listener would die in silence."""

    def __init__(self, backend: BusBackend, *, on_gap: Callable[[str], None]) -> None:
        self.failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.connect = backend.connect
        self.disconnect = backend.disconnect
        self.subscribe = backend.subscribe
        self.unsubscribe = backend.unsubscribe
        self.publish = backend.publish
        self._backend = backend
        self._on_gap = on_gap
        self._position_before: str | None = None

    def fail(self, error: Exception) -> None:
        """End this generation."""
        if not self.failure.done():
            self.failure.set_exception(error)

    @property
    def position(self) -> str:
        """Where the pumps stand: whatever is behind this has still to come to a mailbox."""
        return self._position_before or self._backend.position

    async def next_published(self) -> PlacedEvent:
        """The backend's next message, leaving the pumps a turn before it."""
        while True:
            # Broadcaster's queues are unbounded: with a turn for the pumps between any two
            # messages none of them grows beyond a few.
            await asyncio.sleep(0)
            before, self._position_before = self._backend.position, None
            try:
                event = await self._backend.next_published()
            except MessagesLost:
                self._on_gap(self._backend.position)
            except Exception as error:  # noqa: BLE001 - told to the supervisor
                self.fail(error)
                await asyncio.Future()
            else:
                self._position_before = before
                return event
