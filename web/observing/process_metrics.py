"""What the parts of a process count for themselves, shown: caches, the bus, pools, the loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, Protocol

from sqlalchemy.pool import QueuePool

from adapters.broadcast.bus import Bus
from adapters.telemetry.metrics import Labelled, Metrics
from db.engine import Databases
from db.read import StatementCount
from federation.engine import PlanCacheCounters
from federation.transport.breaker import BreakerState
from federation.transport.http import HttpTransport
from federation.transport.local import LocalTransport
from federation.transport.transport import Transport

LAG_SECONDS: Final = 0.25
"""How often the loop is looked at."""


class CachesPlans(Protocol):
    """An engine, or what has one."""

    @property
    def plan_cache(self) -> PlanCacheCounters:
        """Counters of the plan cache."""
        ...


def show_engine(metrics: Metrics, engine: CachesPlans) -> None:
    """Show how the plan cache is doing."""

    def read() -> Iterable[Labelled]:
        counters = engine.plan_cache
        return [(("hit",), counters.hits), (("miss",), counters.misses)]

    metrics.read_counts("plan_cache", "Plans that were asked for.", ["outcome"], read)
    metrics.read_gauges(
        "plan_cache_entries", "Plans that are kept.", [], lambda: [((), engine.plan_cache.entries)]
    )


class CountsKept(Protocol):
    """A cache of answers, as `ResponseCache`."""

    hits: int
    misses: int


def show_kept_answers(metrics: Metrics, kept: CountsKept) -> None:
    """Show how often an answer was kept of those that may be."""
    metrics.read_counts(
        "kept_answers",
        "Answers that may be kept and were looked for.",
        ["outcome"],
        lambda: [(("hit",), kept.hits), (("miss",), kept.misses)],
    )


def show_transports(
    metrics: Metrics, find_transports: Callable[[], Mapping[str, Transport]]
) -> None:
    """Show what local subgraphs could not compile, and how remote ones are doing."""

    def remote() -> list[tuple[str, HttpTransport]]:
        found = find_transports().items()
        return [(name, each) for name, each in found if isinstance(each, HttpTransport)]

    def read_fallbacks() -> Iterable[Labelled]:
        for name, each in find_transports().items():
            if not isinstance(each, LocalTransport):
                continue
            for reason, count in getattr(each.program, "fallbacks", {}).items():
                yield (name, reason), count

    def read_breakers() -> Iterable[Labelled]:
        for name, each in remote():
            yield (name,), each.breaker_state is not BreakerState.CLOSED

    metrics.read_counts(
        "interpreted_fetches",
        "Fetches of documents that are never compiled, by reason.",
        ["subgraph", "reason"],
        read_fallbacks,
    )
    metrics.read_gauges(
        "subgraph_left_alone",
        "1 while the breaker of a remote subgraph is not closed.",
        ["subgraph"],
        read_breakers,
    )
    metrics.read_gauges(
        "subgraph_connections",
        "Connections to a remote subgraph.",
        ["subgraph"],
        lambda: [((name,), each.connections_open) for name, each in remote()],
    )


def show_bus(metrics: Metrics, bus: Bus) -> None:
    """Show what the live bus carries, and what it had to drop."""
    counters = bus.counters
    metrics.read_counts(
        "live_messages",
        "Messages of the live bus; dropped ones had to leave a full mailbox.",
        ["outcome"],
        lambda: [
            ((name,), getattr(counters, name))
            for name in ("published", "coalesced", "delivered", "dropped", "replayed")
        ],
    )
    metrics.read_counts(
        "live_gaps", "Readers that were told of a gap.", [], lambda: [((), counters.gaps)]
    )
    metrics.read_counts(
        "live_restarts", "New beginnings of the live bus.", [], lambda: [((), counters.restarts)]
    )
    metrics.read_gauges(
        "live_listeners", "Mailboxes that are open.", [], lambda: [((), counters.listeners)]
    )
    metrics.read_gauges(
        "live_connected",
        "Whether messages of others reach this process.",
        [],
        lambda: [((), bus.is_connected)],
    )


def show_databases(metrics: Metrics, databases: Databases) -> None:
    """Show statements and connections."""
    metrics.read_counts(
        "read_statements", "Read statements.", [], lambda: [((), StatementCount.total)]
    )

    def read_pools() -> Iterable[Labelled]:
        for database in databases.distinct():
            pool = database.engine.sync_engine.pool
            if isinstance(pool, QueuePool):
                yield (",".join(database.domains),), pool.checkedout()

    metrics.read_gauges(
        "write_connections", "Connections in a unit of work.", ["database"], read_pools
    )


@asynccontextmanager
async def watching_loop(metrics: Metrics) -> AsyncIterator[None]:
    """Measure how late the loop is, until left."""
    late = metrics.timings("loop_lag", "How late the loop came to what was due.").of()

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_SECONDS
            await asyncio.sleep(LAG_SECONDS)
            late.add(max(0.0, loop.time() - due))

    watching = asyncio.create_task(watch(), name="loop-lag")
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
