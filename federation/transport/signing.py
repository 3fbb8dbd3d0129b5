"""Signed calls between a gateway and its own subgraphs.

Each call carries a time, a nonce, and HMAC-SHA256 over `timestamp.nonce.body`; who asks stands
in a header that is signed with the same nonce. A call is good for a minute, and once.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TIMESTAMP = "tutti-timestamp"
NONCE = "tutti-nonce"
SIGNATURE = "tutti-signature"
VIEWER = "tutti-viewer"
SKEW_SECONDS = 60
NONCES_MAX = 500_000
"""Nonces remembered for each span of time; beyond that calls are refused."""
KEY_BYTES_MIN = 32
NONCE_LENGTH_MAX = 64


class SignatureRefused(Exception):
    """The call was not signed by our gateway, or not just now, or came before."""


def no_viewer(_context: Any) -> bytes:
    """Nobody is told of."""
    return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSigner:
    """Signs calls; `viewer` puts into bytes who asks (`Any`: the context is opaque here)."""

    key: bytes
    viewer: Callable[[Any], bytes] = no_viewer
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        """Refuse keys that can be guessed."""
        assert len(self.key) >= KEY_BYTES_MIN, "a signing key has 32 bytes or more"

    def sign(self, body: bytes, viewer: bytes) -> tuple[tuple[str, str], ...]:
        """The headers of one call; each call has a nonce of its own."""
        timestamp = str(int(self.clock()))
        nonce = secrets.token_urlsafe(16)
        told = base64.urlsafe_b64encode(viewer).decode()
        return (
            (TIMESTAMP, timestamp),
            (NONCE, nonce),
            (SIGNATURE, _sign_body(self.key, timestamp, nonce, body)),
            (VIEWER, f"{told}.{_sign_viewer(self.key, timestamp, nonce, told)}"),
        )


class SignatureVerifier:
    """Checks calls and remembers their nonces for as long as they could come again."""

    def __init__(self, key: bytes, *, clock: Callable[[], float] = time.time) -> None:
        assert len(key) >= KEY_BYTES_MIN, "a signing key has 32 bytes or more"
        self._key = key
        self._clock = clock
        self._nonces: set[str] = set()
        self._older_nonces: set[str] = set()
        self._span_ends = 0.0

    def verify(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """Who asks, as the gateway says.

        Raises:
            SignatureRefused: a header is missing, wrong, too old, or was seen before.
        """
        timestamp, nonce = headers.get(TIMESTAMP, ""), headers.get(NONCE, "")
        told, _, viewer_signature = headers.get(VIEWER, "").partition(".")
        if SIGNATURE not in headers:
            raise SignatureRefused("The call is not signed.")
        self._check_time(timestamp)
        if not 0 < len(nonce) <= NONCE_LENGTH_MAX:
            raise SignatureRefused("The call has no nonce.")
        expected = _sign_body(self._key, timestamp, nonce, body)
        is_signed = _is_same(expected, headers.get(SIGNATURE, ""))
        expected = _sign_viewer(self._key, timestamp, nonce, told)
        if not _is_same(expected, viewer_signature) or not is_signed:
            raise SignatureRefused("The call is not signed by our gateway.")
        self._remember(nonce)
        return base64.urlsafe_b64decode(told)

    def _check_time(self, timestamp: str) -> None:
        is_time = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12
        if not is_time or abs(self._clock() - int(timestamp)) > SKEW_SECONDS:
            raise SignatureRefused("The call is too old, or of another time.")

    def _remember(self, nonce: str) -> None:
        """Keep a nonce for two spans: a call may be dated a whole skew ahead."""
        now = self._clock()
        if now >= self._span_ends:
            is_long_ago = now >= self._span_ends + 2 * SKEW_SECONDS
            self._older_nonces = set() if is_long_ago else self._nonces
            self._nonces = set()
            self._span_ends = now + 2 * SKEW_SECONDS
        if nonce in self._nonces or nonce in self._older_nonces:
            raise SignatureRefused("The call came before.")
        if len(self._nonces) >= NONCES_MAX:
            raise SignatureRefused("Too many calls; try again soon.")
        self._nonces.add(nonce)


def _sign_body(key: bytes, timestamp: str, nonce: str, body: bytes) -> str:
    message = f"{timestamp}.{nonce}.".encode() + body
    return hmac.digest(key, message, "sha256").hex()


def _sign_viewer(key: bytes, timestamp: str, nonce: str, told: str) -> str:
    message = f"viewer.{timestamp}.{nonce}.{told}".encode()
    return hmac.digest(key, message, "sha256").hex()


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
