"""Measures and traces a front and what is behind it, as far as a process is told to."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

from adapters.broadcast.bus import Bus
from adapters.telemetry.metrics import Metrics
from adapters.telemetry.traced_statements import trace_statements
from adapters.telemetry.tracing import Tracing
from federation.engine import Engine
from resolvers.context import UseCaseContext
from web.observing.front_metrics import FrontMetrics
from web.observing.process_metrics import show_bus, show_databases, show_engine, watching_loop
from web.observing.request_traces import RequestTraces
from web.operations.front_parts import FrontParts
from web.traced_front import TracedEngine


@asynccontextmanager
async def observing(
    parts: FrontParts,
    base: UseCaseContext,
    engine: Engine,
    metrics: Metrics | None,
    tracing: Tracing | None,
    callers: Iterable[object] = (),
) -> AsyncIterator[FrontParts]:
    """The same parts and what is behind them, observed until left."""
    async with watching(base, metrics, tracing):
        if metrics is not None:
            show_engine(metrics, engine)
        yield observed(parts, metrics, tracing, callers)


def observed(
    parts: FrontParts,
    metrics: Metrics | None,
    tracing: Tracing | None,
    callers: Iterable[object] = (),
) -> FrontParts:
    """The same parts, observed; as they are where nobody measures or traces.

    `callers` are networks of services of ours, whose word about traces is believed.
    """
    if metrics is not None:
        parts = replace(parts, metrics=FrontMetrics(metrics))
    if tracing is not None:
        traces = RequestTraces(tracing, [str(each) for each in callers])
        parts = replace(parts, engine=TracedEngine(parts.engine, tracing), traces=traces)
    return parts


@asynccontextmanager
async def watching(
    base: UseCaseContext, metrics: Metrics | None, tracing: Tracing | None
) -> AsyncIterator[None]:
    """Observe what is behind a front, until left."""
    async with AsyncExitStack() as stack:
        if metrics is not None:
            show_databases(metrics, base.databases)
            if isinstance(base.ports.live, Bus):
                show_bus(metrics, base.ports.live)
            await stack.enter_async_context(watching_loop(metrics))
        if tracing is not None:
            trace_statements(base.databases, tracing)
        yield
