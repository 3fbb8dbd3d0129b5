"""The headers that stand on every answer."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
STRICT_TRANSPORT = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}
OVER_HTTP = tuple(SECURITY_HEADERS.items())
OVER_HTTPS = tuple({**SECURITY_HEADERS, **STRICT_TRANSPORT}.items())


class SecurityHeaders:
    """Adds to every answer what a browser should know; an answer's own headers win."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and complete the headers of an HTTP answer on its way out."""
        if scope["type"] == "http":
            send = completing(send, security_headers(scope["scheme"]))
        await self._app(scope, receive, send)


def security_headers(scheme: str) -> tuple[tuple[bytes, bytes], ...]:
    """What an answer to a request of this scheme tells a browser."""
    return OVER_HTTPS if scheme == "https" else OVER_HTTP


def completing(send: Send, added: Iterable[tuple[bytes, bytes]]) -> Send:
    """Send what is sent, with those of the headers that it lacks."""

    async def send_completed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            present = {name for name, _ in headers}
            missing = [item for item in added if item[0] not in present]
            message["headers"] = [*headers, *missing]
        await send(message)

    return send_completed
