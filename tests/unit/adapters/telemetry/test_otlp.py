"""Spans on their way to a receiver that may not be there."""

import socket
import time

from adapters.telemetry.otlp import CLOSE_SECONDS_MAX, QUEUE_SPANS_MAX, sending_traces
from adapters.telemetry.tracing import headers_for_callees, ids_of, is_recording
from tests.fakes.otlp import otlp_receiver
from tests.patience import bound

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0{flag}"


def test_a_receiver_that_hangs_holds_the_end_of_a_process_for_seconds_only() -> None:
    with socket.socket() as hanging:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()
        address = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        with sending_traces(address, service="test", ratio=1) as tracing:
            for _ in range(2 * QUEUE_SPANS_MAX):
                with tracing.request("request", {}, {}):
                    pass
            began = time.monotonic()

    assert time.monotonic() - began < bound(CLOSE_SECONDS_MAX + 1)


def test_what_waits_is_sent_at_the_end(monkeypatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-team=music")
    with (
        otlp_receiver() as receiver,
        sending_traces(receiver.url, service="test", ratio=1) as tracing,
        tracing.request("request", {"url.path": "/graphql"}, {}) as span,
    ):
        ids = ids_of(span)
        with tracing.span("below", {}):
            pass

    assert [each.name for each in receiver.spans] == ["below", "request"]
    assert receiver.named("request")[0].trace_id == ids["trace_id"]
    assert receiver.named("request")[0].attributes == {"url.path": "/graphql"}
    assert receiver.path_of(receiver.named("below")[0]) == ["request", "below"]
    assert receiver.headers[0]["x-team"] == "music"


def test_a_caller_who_wants_no_trace_is_told_on_under_its_own_trace() -> None:
    with (
        otlp_receiver() as receiver,
        sending_traces(receiver.url, service="test", ratio=1) as tracing,
    ):
        before = headers_for_callees()
        with tracing.request("request", {}, {"traceparent": CALLER.format(flag=0)}) as span:
            assert span is None
            assert not is_recording()
            told = headers_for_callees()

    assert before == {}
    assert told == {"traceparent": CALLER.format(flag=0)}
    assert receiver.spans == []


def test_what_is_raised_marks_its_span_by_its_kind_alone() -> None:
    with (
        otlp_receiver() as receiver,
        sending_traces(receiver.url, service="test", ratio=1) as tracing,
    ):
        try:
            with tracing.request("request", {}, {}):
                raise ValueError("a secret")
        except ValueError:
            assert not is_recording()

    (failed,) = receiver.spans
    assert (failed.is_failed, failed.failure, failed.events) == (True, "ValueError", 0)
