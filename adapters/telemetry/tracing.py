"""Spans of the requests that are sampled; of all others nothing is made.

A request that is not sampled has no span at all, and whatever would be its child asks for the
current one and finds none.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

W3C: Final = TraceContextTextMapPropagator()
_RECORDING: ContextVar[bool] = ContextVar("is_recording", default=False)
"""The same as the library would say of its current span, in a tenth of the time."""
TRACE_HEADERS: Final = ("traceparent", "tracestate")

Attributes = Mapping[str, str | int]


class Tracing:
    """Makes the spans of this process.

    `ratio` of the requests are sampled that come without a word about it from whom we believe.
    """

    def __init__(self, tracer: Tracer, *, ratio: float) -> None:
        self._tracer = tracer
        self._ratio = ratio

    @contextmanager
    def request(
        self, name: str, attributes: Attributes, caller: Mapping[str, str]
    ) -> Iterator[Span | None]:
        """The first span of a request that was drawn, or of one that its caller wants traced.

        `caller` are the headers of somebody who is believed about that; none for nobody.
        """
        above = W3C.extract(caller, Context())
        told = get_current_span(above).get_span_context()
        if told.is_valid and not told.trace_flags.sampled:
            # What it asks of others belongs to the trace of its caller still.
            with _current(set_span_in_context(NonRecordingSpan(told), above)):
                yield None
            return
        with self._started(name, SpanKind.SERVER, attributes, above) as span:
            yield span

    @contextmanager
    def span(
        self, name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL
    ) -> Iterator[Span]:
        """A child of the current span; ask `is_recording` first."""
        with self._started(name, kind, attributes, None) as span:
            yield span

    def start(self, name: str, attributes: Attributes, kind: SpanKind = SpanKind.INTERNAL) -> Span:
        """A child of the current span, which its caller ends; for work that is done in pieces."""
        return self._tracer.start_span(name, kind=kind, attributes=attributes)

    @contextmanager
    def within(self, span: Span) -> Iterator[None]:
        """Do a piece of the work of a span; what it raises marks the span."""
        try:
            with _current(set_span_in_context(span)):
                yield
        except Exception as error:
            tell_failure(span, type(error).__name__)
            raise

    def draws(self) -> bool:
        """Whether the next request is sampled, as far as chance decides."""
        return random.random() < self._ratio  # noqa: S311 - a sample

    @contextmanager
    def _started(
        self, name: str, kind: SpanKind, attributes: Attributes, above: Context | None
    ) -> Iterator[Span]:
        span = self._tracer.start_span(name, context=above, kind=kind, attributes=attributes)
        try:
            with _current(set_span_in_context(span, above)):
                yield span
        except Exception as error:
            tell_failure(span, type(error).__name__)
            raise
        finally:
            span.end()


def is_recording() -> bool:
    """Whether there is a span now that another would be a child of."""
    return _RECORDING.get()


def tell_failure(span: Span, code: str) -> None:
    """Mark a span as failed; messages may hold what is nobody's business, so a code is told."""
    span.set_status(Status(StatusCode.ERROR, code))


def ids_of(span: Span) -> dict[str, str]:
    """The ids under which logs tell of a span."""
    told = span.get_span_context()
    return {"trace_id": f"{told.trace_id:032x}", "span_id": f"{told.span_id:016x}"}


def headers_for_callees() -> dict[str, str]:
    """What tells another service to which trace its work belongs; empty without one."""
    headers: dict[str, str] = {}
    if get_current_span().get_span_context().is_valid:
        W3C.inject(headers)
    return headers


@contextmanager
def _current(context: Context) -> Iterator[None]:
    token = contexts.attach(context)
    recording = _RECORDING.set(get_current_span(context).is_recording())
    try:
        yield
    finally:
        _RECORDING.reset(recording)
        contexts.detach(token)
