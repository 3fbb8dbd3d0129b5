"""Sends spans to a receiver of OTLP over HTTP (protobuf), from a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from adapters.telemetry.tracing import Tracing

QUEUE_SPANS_MAX: Final = 4_096
"""Spans that wait to be sent; what is more is dropped."""
BATCH_SPANS_MAX: Final = 512
WAIT_SECONDS: Final = 2.0
"""How long a span waits for others, at most."""
SEND_SECONDS_MAX: Final = 5.0
"""Time that the receiver has to take a batch; then it is dropped."""
CLOSE_SECONDS_MAX: Final = 3.0
"""How long the end of a process waits for its last spans to be taken."""
ATTRIBUTE_CHARACTERS_MAX: Final = 2_000


@contextmanager
def sending_traces(endpoint: str, *, service: str, ratio: float) -> Iterator[Tracing]:
    """Trace until left; then what waits is sent, in bounded time.

    Headers for the receiver are read from OTEL_EXPORTER_OTLP_HEADERS, by the library.
    """
    provider = TracerProvider(
        sampler=ALWAYS_ON,  # whoever makes a span has decided already
        resource=Resource.create({"service.name": service}),
        span_limits=SpanLimits(max_attribute_length=ATTRIBUTE_CHARACTERS_MAX),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=SEND_SECONDS_MAX
    )
    provider.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=QUEUE_SPANS_MAX,
            max_export_batch_size=BATCH_SPANS_MAX,
            schedule_delay_millis=WAIT_SECONDS * 1_000,
            export_timeout_millis=SEND_SECONDS_MAX * 1_000,
        )
    )
    try:
        yield Tracing(provider.get_tracer("tutti"), ratio=ratio)
    finally:
        closing = Thread(target=provider.shutdown, daemon=True)  # by itself it would take 30 s
        closing.start()
        closing.join(CLOSE_SECONDS_MAX)
