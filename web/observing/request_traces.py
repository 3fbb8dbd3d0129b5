"""Which requests are traced, whose word about that counts, and by which ids logs tell of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from opentelemetry.trace import Span
from starlette.types import Scope
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from adapters.telemetry.tracing import TRACE_HEADERS, Tracing, ids_of

EVERYBODY: Final = ("0.0.0.0/0", "::/0")
"""Callers who are all believed: where something else has proven who they are."""
_TOLD: Final = frozenset(name.encode() for name in TRACE_HEADERS)


class RequestTraces:
    """Decides which requests are traced, and begins their traces.

    `callers` are networks of services of ours: their `traceparent` is believed, that of others
    would let anybody write into our traces, or have everything sampled.
    """

    def __init__(self, tracing: Tracing, callers: Sequence[str] = ()) -> None:
        self.tracing = tracing
        self._callers: list[IPv4Network | IPv6Network] = [ip_network(each) for each in callers]

    def decide(self, scope: Scope) -> Mapping[str, str] | None:
        """Whose trace a request belongs to: its caller's, by these headers; with none, a new one.

        None: to no trace. That is the answer most often, and takes a fraction of a microsecond.
        """
        if self._callers:
            told = {name: value for name, value in scope["headers"] if name in _TOLD}
            if b"traceparent" in told and self._believes(scope):
                return {name.decode(): value.decode("latin-1") for name, value in told.items()}
        return {} if self.tracing.draws() else None

    @contextmanager
    def request(self, name: str, path: str, caller: Mapping[str, str]) -> Iterator[Span | None]:
        """Everything within is of one request; None where its caller does not want it traced."""
        attributes = {"http.request.method": name.partition(" ")[0], "url.path": path}
        with self.tracing.request(name, attributes, caller) as span:
            if span is None:
                yield None
                return
            ids = ids_of(span)
            bind_contextvars(**ids)
            try:
                yield span
            finally:
                span.set_attribute("tutti.request_id", get_contextvars().get("request_id", ""))
                unbind_contextvars(*ids)

    def _believes(self, scope: Scope) -> bool:
        client = scope.get("client") or ("", 0)
        try:
            address = ip_address(client[0])
        except ValueError:
            return False
        return any(address in network for network in self._callers)
