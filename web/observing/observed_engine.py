"""Measures and traces what the engine does: planning, and each fetch from a subgraph."""

import time
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from opentelemetry.trace import SpanKind

from adapters.telemetry.metrics import Count, Metrics, Series, Timings
from adapters.telemetry.tracing import Tracing, is_recording, tell_failure
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.transport.transport import Transport, begin, displays_answers, seconds_max_of
from web.observing.process_metrics import show_transports


class PlanningObserver:
    """Told by the engine of each operation that it plans (`federation.execute.observer`)."""

    def __init__(self, metrics: Metrics | None, tracing: Tracing | None) -> None:
        self._tracing = tracing
        self._seconds = None
        if metrics is not None:
            self._seconds = metrics.timings(
                "planning", "Operations validated and planned that were not known yet."
            ).of()

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Measure it."""
        began = time.perf_counter()
        span: Any = nullcontext()  # or a context manager of a span, which is not looked at
        if self._tracing is not None and is_recording():
            span = self._tracing.span("graphql.plan", {})
        try:
            with span:
                yield
        finally:
            if self._seconds is not None:
                self._seconds.add(time.perf_counter() - began)


def planning_observer(metrics: Metrics | None, tracing: Tracing | None) -> PlanningObserver | None:
    """Who is told of planning; None where nobody measures or traces."""
    is_silent = metrics is None and tracing is None
    return None if is_silent else PlanningObserver(metrics, tracing)


class TransportObserver:
    """Measures and traces the transports of an engine, and of the one that follows it."""

    def __init__(self, metrics: Metrics | None, tracing: Tracing | None) -> None:
        self._tracing = tracing
        self._observed: Mapping[str, Transport] = {}
        self._figures: tuple[Series[Timings], Series[Count]] | None = None
        if metrics is not None:
            labels = ["subgraph"]
            self._figures = (
                metrics.timings("fetch", "Fetches from subgraphs.", labels),
                metrics.counts(
                    "fetch_errors", "Fetches that were answered with errors, or not at all.", labels
                ),
            )
            show_transports(metrics, lambda: self._observed)

    def around(self, transports: Mapping[str, Transport]) -> dict[str, Transport]:
        """The same transports, observed; as they are where nobody measures or traces."""
        self._observed = transports
        around = dict(transports)
        if self._tracing is not None:
            around = {name: TracedTransport(each, self._tracing) for name, each in around.items()}
        if self._figures is not None:
            seconds, errors = self._figures
            around = {
                name: MeasuredTransport(each, seconds.of(name), errors.of(name))
                for name, each in around.items()
            }
        return around


class _Around:
    """A transport around another one, which tells of itself what that one tells."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.displays = displays_answers(inner)
        self.seconds_max = seconds_max_of(inner)

    async def warm(self, request: FetchRequest) -> None:
        """Make the inner one ready."""
        await self._inner.warm(request)

    def subscribe(self, request: FetchRequest, context: Any) -> AsyncIterator[FetchResult]:
        """Open a subscription, which is not looked at; `Any` as for any transport's context."""
        return self._inner.subscribe(request, context)


class MeasuredTransport(_Around):
    """Counts fetches, their time, and those that failed in whole or in part."""

    def __init__(self, inner: Transport, seconds: Timings, errors: Count) -> None:
        super().__init__(inner)
        self._seconds = seconds
        self._errors = errors

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Fetch, and count it; `Any` as for any transport's context."""
        answer = self.begin(request, context)
        return answer if isinstance(answer, FetchResult) else await answer

    def begin(
        self, request: FetchRequest, context: Any
    ) -> FetchResult | Coroutine[Any, Any, FetchResult]:
        """Fetch and count: the answer where the inner one gives it at once, or what waits."""
        began = time.perf_counter()
        try:
            answer = begin(self._inner, request, context)
        except BaseException:
            self._count(began, is_whole=False)
            raise
        if not isinstance(answer, FetchResult):
            return self._wait(answer, began)
        self._count(began, is_whole=not answer.errors)
        return answer

    async def _wait(self, answering: Coroutine[Any, Any, FetchResult], began: float) -> FetchResult:
        is_whole = False
        try:
            result = await answering
            is_whole = not result.errors
        finally:
            self._count(began, is_whole=is_whole)
        return result

    def _count(self, began: float, *, is_whole: bool) -> None:
        self._seconds.add(time.perf_counter() - began)
        if not is_whole:
            self._errors.add()


class TracedTransport(_Around):
    """Makes a span of each fetch of a sampled request."""

    def __init__(self, inner: Transport, tracing: Tracing) -> None:
        super().__init__(inner)
        self._tracing = tracing

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Fetch, within a span where one is wanted; `Any` as for any transport's context."""
        answer = self.begin(request, context)
        return answer if isinstance(answer, FetchResult) else await answer

    def begin(
        self, request: FetchRequest, context: Any
    ) -> FetchResult | Coroutine[Any, Any, FetchResult]:
        """As the inner one, where no span is wanted."""
        if is_recording():
            return self._trace(request, context)
        return begin(self._inner, request, context)

    async def _trace(self, request: FetchRequest, context: Any) -> FetchResult:
        attributes = {
            "tutti.subgraph": request.subgraph,
            "graphql.operation.type": request.operation_kind,
        }
        name = f"fetch {request.subgraph}"
        with self._tracing.span(name, attributes, SpanKind.CLIENT) as span:
            result = await self._inner.fetch(request, context)
            if result.errors:
                tell_failure(span, "SUBGRAPH_ERRORS")
            return result
