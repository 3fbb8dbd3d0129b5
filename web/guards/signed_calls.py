"""Lets through what our gateway signed, and tells who asks; a client's own word counts nothing."""

from collections.abc import Iterable

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import Unauthenticated
from federation.transport.signing import SIGNATURE, VIEWER, SignatureRefused, SignatureVerifier
from web.wire.client_request import read_headers
from web.wire.error_response import http_status, refusal, write_response
from web.wire.refusals import BodyTooLarge, MethodNotAllowed, RequestTimedOut
from web.wire.request_body import read_bytes
from web.wire.security_headers import security_headers

PASSED = frozenset(
    {
        b"accept",
        b"content-encoding",
        b"content-type",
        b"host",
        b"traceparent",
        b"tracestate",
        b"user-agent",
        b"x-request-id",
    }
)
"""Headers that reach the application; those that tell of an identity do not."""


class SignedCalls:
    """Wraps an application: each HTTP call must be a signed POST.

    What is passed on has one header of identity, `tutti-viewer`, with what the gateway said.
    With `is_unsigned_allowed` a call without a signature passes as nobody's.
    """

    def __init__(
        self,
        app: ASGIApp,
        verifier: SignatureVerifier,
        *,
        body_bytes_max: int,
        body_seconds_max: float,
        is_unsigned_allowed: bool = False,
    ) -> None:
        self._app = app
        self._verifier = verifier
        self._body_bytes_max = body_bytes_max
        self._body_seconds_max = body_seconds_max
        self._is_unsigned_allowed = is_unsigned_allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check one call and pass it on."""
        assert scope["type"] == "http", "sockets are not signed"
        headers = read_headers(scope)
        if self._is_unsigned_allowed and SIGNATURE not in headers:
            await self._app(_with_viewer(scope, b""), receive, send)
            return
        try:
            if scope["method"] != "POST":
                raise MethodNotAllowed("Send signed calls by POST.")
            body = await read_bytes(
                receive, bytes_max=self._body_bytes_max, seconds_max=self._body_seconds_max
            )
            viewer = self._verifier.verify(headers, body)
        except ClientDisconnect:
            return
        except SignatureRefused as error:
            await _refuse(scope, send, Unauthenticated(str(error)))
        except (MethodNotAllowed, BodyTooLarge, RequestTimedOut) as error:
            await _refuse(scope, send, error)
        else:
            await self._app(_with_viewer(scope, viewer), _replay(body, receive), send)


def _with_viewer(scope: Scope, viewer: bytes) -> Scope:
    given: Iterable[tuple[bytes, bytes]] = scope["headers"]
    headers = [(name, value) for name, value in given if name in PASSED]
    return {**scope, "headers": [*headers, (VIEWER.encode(), viewer)]}


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read already, then what really comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read


async def _refuse(scope: Scope, send: Send, error: Exception) -> None:
    body = write_response(refusal(error, ""))
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *security_headers(scope["scheme"]),
    ]
    status = http_status(error)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
