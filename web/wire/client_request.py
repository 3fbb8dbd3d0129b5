"""What the front knows of a request before anyone has asked who sent it."""

import random
import re
from collections.abc import Callable, Container, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace
from starlette.requests import cookie_parser
from starlette.types import Scope

from domain.messages.bookmark import Bookmark

TRUSTED_SITES = ("same-origin", "none")
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
BEARER = re.compile(r"\s*bearer\s+(\S+)\s*", re.IGNORECASE)


class ClientRequest(Struct, frozen=True, kw_only=True):
    """Who might be asking, and how; the composition root makes a context of it.

    Cookies are given only where the request comes from one of our own pages, so a foreign
    page can never act with the viewer's cookie.
    """

    request_id: str
    transport: str = "http"
    """http, sse or websocket."""
    scheme: str = "http"
    """http or https; ws or wss for a socket."""
    bearer_token: str | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)
    api_key: str | None = None
    client_host: str = ""
    user_agent: str = ""
    idempotency_key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """All headers as they came, for those who pass some of them on; names in lower case."""
    explain: bool = False
    """The client asked for the plan; the front grants it in development only."""
    tells_cost: bool = False
    """The client asked what its operation costs."""
    is_counted: bool = False
    """Its rates were counted when its credentials were checked, before what it is for."""
    bookmark: Bookmark = field(default_factory=Bookmark)
    """Where a subscription stands among the events that it tells."""
    cors: tuple[tuple[bytes, bytes], ...] = ()
    """Headers of every answer that let a page of another origin read it."""
    answer_headers: list[tuple[str, str]] = field(default_factory=list)
    """Headers that the operation adds to the answer, such as a login's Set-Cookie."""

    def __repr__(self) -> str:
        """Name it without its secrets."""
        return f"ClientRequest({self.request_id})"


MakeContext = Callable[[ClientRequest], AbstractAsyncContextManager[Any]]
"""Checks credentials and opens the context of one operation; raises Unauthenticated.

`Any` because only the composition root knows the type; the front hands it through.
"""


def read_headers(scope: Scope) -> dict[str, str]:
    """Read the headers of a scope once; of a repeated header the first counts, Accept adds up."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name not in headers:
            headers[name] = value
        elif name == "accept":
            headers[name] += f", {value}"
    return headers


def read_client_request(
    scope: Scope,
    headers: Mapping[str, str],
    *,
    transport: str,
    allowed_origins: Container[str],
    cors: tuple[tuple[bytes, bytes], ...] = (),
) -> ClientRequest:
    """Read who might be asking, from a request or from the handshake of a WebSocket."""
    may_use_cookies = "cookie" in headers and not is_from_elsewhere(headers, allowed_origins)
    address = scope.get("client")
    explained = _words(headers["tutti-explain"]) if "tutti-explain" in headers else ()
    return ClientRequest(
        request_id=_request_id(headers.get("x-request-id")),
        transport=transport,
        scheme=scope.get("scheme", "http"),
        bearer_token=parse_bearer(headers["authorization"]) if "authorization" in headers else None,
        cookies=cookie_parser(headers["cookie"]) if may_use_cookies else {},
        api_key=headers.get("x-api-key") or None,
        client_host=address[0] if address else "",
        user_agent=headers.get("user-agent", "")[:256],
        idempotency_key=headers.get("idempotency-key"),
        headers=headers,
        explain="plan" in explained,
        tells_cost="cost" in explained,
        cors=cors,
    )


def ask_again(client: ClientRequest) -> ClientRequest:
    """Whoever asked before, with another request that says all the same before its body."""
    return replace(
        client,
        request_id=_request_id(client.headers.get("x-request-id")),
        bookmark=Bookmark(),
        answer_headers=[],
    )


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.lower().split(",")]


def parse_bearer(text: str) -> str | None:
    """Read the token of `Bearer <token>`, or None where it is something else."""
    match = BEARER.fullmatch(text)
    return match.group(1) if match else None


def is_from_elsewhere(headers: Mapping[str, str], allowed_origins: Container[str]) -> bool:
    """Tell whether a browser says that a page of another origin sent this.

    Clients other than browsers send neither header, and have no cookies by accident.
    """
    origin = headers.get("origin")
    if origin is not None:
        return not _is_own(origin, headers) and origin not in allowed_origins
    site = headers.get("sec-fetch-site")
    return site is not None and site not in TRUSTED_SITES


def _is_own(origin: str, headers: Mapping[str, str]) -> bool:
    try:
        return urlsplit(origin).netloc == headers.get("host", "unknown")
    except ValueError:
        return False


def make_request_id() -> str:
    """Make an id that nobody else has."""
    return f"{random.getrandbits(128):032x}"  # which a fork seeds anew; it need not be secret


def _request_id(offered: str | None) -> str:
    """Keep an id that a client or proxy gave if it is harmless in logs, else make one."""
    if offered is not None and REQUEST_ID.fullmatch(offered):
        return offered
    return make_request_id()
