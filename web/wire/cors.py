"""Cross-origin resource sharing: pages of which other origins may read our answers."""

import re
from collections.abc import Collection, Container, Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.wire.client_request import read_headers
from web.wire.media_types import HEADER_BYTES_MAX
from web.wire.security_headers import completing, security_headers

Headers = tuple[tuple[bytes, bytes], ...]

PREFLIGHT_SECONDS = b"7200"
"""How long a browser may keep our answer; no browser keeps it longer."""
EXPOSED = (
    b"ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id, "
    b"Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "
    b"Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset"
)
"""Headers of answers that a page may read, beside those that it always may."""
FOR_ALL = (b"access-control-allow-origin", b"*")
METHODS = b"GET, POST, PUT, PATCH, DELETE"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
HEADER_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]*")


class AllowedOrigins(Container[str]):
    """Origins whose pages count as our own; all of this machine where developers work."""

    def __init__(self, listed: Collection[str] = (), *, with_this_machine: bool = False) -> None:
        self._listed = frozenset(listed)
        self._with_this_machine = with_this_machine

    def __contains__(self, origin: object) -> bool:
        """Whether it is one of them."""
        if origin in self._listed:
            return True
        return self._with_this_machine and isinstance(origin, str) and _is_loopback(origin)


def cors_headers(origin: str, allowed: Container[str]) -> Headers:
    """What an answer tells the browser of a page; nothing where its origin is not allowed."""
    if origin not in allowed:
        return ()
    return (
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", EXPOSED),
    )


def is_preflight(scope: Scope, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks, of an origin, what its page may send."""
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def answer_preflight(
    scope: Scope, headers: Mapping[str, str], allowed: Container[str], send: Send
) -> None:
    """Allow a page what it asks for, where its origin is allowed; else the browser refuses it."""
    told = [
        *cors_headers(headers["origin"], allowed),
        (b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        *security_headers(scope["scheme"]),
    ]
    if headers["origin"] in allowed:
        told += [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-max-age", PREFLIGHT_SECONDS),
        ]
        asked = headers.get("access-control-request-headers", "")
        if asked and len(asked) <= HEADER_BYTES_MAX and HEADER_NAMES.fullmatch(asked):
            told.append((b"access-control-allow-headers", asked.encode()))
    await send({"type": "http.response.start", "status": 204, "headers": told})
    await send({"type": "http.response.body", "body": b""})


class Cors:
    """Lets pages of allowed origins read what an application answers."""

    def __init__(self, app: ASGIApp, allowed: Container[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass on and complete the answer's headers on its way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = read_headers(scope)
        if "origin" in headers:
            if is_preflight(scope, headers):
                await answer_preflight(scope, headers, self._allowed, send)
                return
            send = _unless_for_all(send, cors_headers(headers["origin"], self._allowed))
        await self._app(scope, receive, _varying(send))


def _varying(send: Send) -> Send:
    """Tell caches that an answer depends on the origin, beside what else it depends on.

    One that pages of any origin may read does not.
    """

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            if FOR_ALL not in headers:
                message["headers"] = [*headers, (b"vary", b"Origin")]
        await send(message)

    return send_varying


def _unless_for_all(send: Send, added: Headers) -> Send:
    """Complete the headers of an answer; one that is for all has its own."""
    send_completed = completing(send, added)

    async def choose(message: Message) -> None:
        chosen = send if FOR_ALL in message.get("headers", ()) else send_completed
        await chosen(message)

    return choose


def _is_loopback(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
