"""Our own subgraphs where they run in processes of their own: calls are signed."""

from collections.abc import Mapping
from typing import Any

from adapters.telemetry.tracing import TRACE_HEADERS, headers_for_callees
from federation.transport.header_rules import HeaderRules
from federation.transport.http import HttpTransport
from federation.transport.options import HttpOptions
from federation.transport.signing import RequestSigner
from resolvers.context import RequestContext
from web.guards.viewer_header import SESSION_HEADER, write_viewer

EARLIER_SECONDS = 0.05
"""How much before the engine's deadline a transport gives up, so that its breaker learns."""


def remote_transports(
    urls: Mapping[str, str], *, key: bytes, fetch_seconds_max: float, is_traced: bool = False
) -> dict[str, HttpTransport]:
    """A transport for each subgraph that runs elsewhere, by name; traces go on there.

    Raises:
        OSError: an address is none.
    """
    seconds = max(fetch_seconds_max - EARLIER_SECONDS, fetch_seconds_max * 0.9)
    rules = HeaderRules(
        forwarded=("x-request-id", *TRACE_HEADERS) if is_traced else ("x-request-id",),
        returned=(SESSION_HEADER,),
        read=_read_traced_headers if is_traced else _read_headers,
        give_back=_keep_session,
    )
    signer = RequestSigner(key=key, viewer=_told_viewer)
    try:
        return {
            name: HttpTransport(
                url, options=HttpOptions(seconds_max=seconds), rules=rules, signer=signer
            )
            for name, url in urls.items()
        }
    except ValueError as error:
        raise OSError(f"TUTTI_SUBGRAPH_URLS: {error}") from error


def _told_viewer(context: Any) -> bytes:
    assert isinstance(context, RequestContext), "the house opened it"
    return write_viewer(context)


def _read_headers(context: Any) -> Mapping[str, str]:
    assert isinstance(context, RequestContext), "the house opened it"
    return {"x-request-id": context.request_id}


def _read_traced_headers(context: Any) -> Mapping[str, str]:
    return {**_read_headers(context), **headers_for_callees()}


def _keep_session(context: Any, _name: str, token: str) -> None:
    """A log-in or log-out in a remote subgraph sets the browser's cookie too."""
    assert isinstance(context, RequestContext), "the house opened it"
    context.set_session_cookie(token or None)
