"""A receiver of OTLP over HTTP: it decodes what it is sent, and keeps the spans."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class ReceivedSpan:
    """A span as the protocol tells it."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str | int]
    is_failed: bool
    failure: str
    events: int
    kind: int


class OtlpReceiver:
    """What a collector would be sent."""

    def __init__(self) -> None:
        self.spans: list[ReceivedSpan] = []
        self.headers: list[dict[str, str]] = []
        self.url = ""

    def named(self, name: str) -> list[ReceivedSpan]:
        """The spans of a name."""
        return [each for each in self.spans if each.name == name]

    def names(self) -> set[str]:
        """Their names."""
        return {each.name for each in self.spans}

    def path_of(self, span: ReceivedSpan) -> list[str]:
        """The names from the first span of the trace down to this one."""
        by_id = {each.span_id: each for each in self.spans}
        path = [span.name]
        while span.parent_id in by_id:
            span = by_id[span.parent_id]
            path.insert(0, span.name)
        return path

    def take(self, body: bytes) -> None:
        """Decode one export."""
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            service = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_read(each, service["service.name"]) for each in scope.spans]


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """Receive on a free port."""
    receiver = OtlpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            is_known = self.path == "/v1/traces"
            if is_known:
                receiver.headers.append(dict(self.headers))
                receiver.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(200 if is_known else 404)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def _read(span: Span, service: str) -> ReceivedSpan:
    return ReceivedSpan(
        service=service,
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes={
            each.key: each.value.int_value or each.value.string_value for each in span.attributes
        },
        is_failed=span.status.code == 2,
        failure=span.status.message,
        events=len(span.events),
        kind=span.kind,
    )
