"""Which requests are traced, whose word about that counts, and by which ids logs tell of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from opentelemetry.trace import Span
from structlog.contextvars import bind_contextvars, get_contextvars, unbind_contextvars

from adapters.telemetry.tracing import Tracing, ids_of
from web.client_request import ClientRequest

EVERYBODY: Final = ("0.0.0.0/0", "::/0")
"""Callers who are all believed: where something else has proven who they are."""


class RequestTraces:
    """Decides which requests are traced, and begins their traces.

    `callers` are networks of services of ours: their `traceparent` is believed, that of others
    would let anybody write into our traces, or have everything sampled.
    """

    def __init__(self, tracing: Tracing, callers: Sequence[str] = ()) -> None:
        self.tracing = tracing
        self._callers: list[IPv4Network | IPv6Network] = [ip_network(each) for each in callers]

    @contextmanager
    def request(self, name: str, path: str, client: ClientRequest) -> Iterator[Span | None]:
        """Everything within is of one request; None where it is not sampled."""
        attributes = {"http.request.method": name.partition(" ")[0], "url.path": path}
        caller = client.headers if self._believes(client) else None
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

    def _believes(self, client: ClientRequest) -> bool:
        if not self._callers or "traceparent" not in client.headers:
            return False
        try:
            address = ip_address(client.client_host)
        except ValueError:
            return False
        return any(address in network for network in self._callers)
