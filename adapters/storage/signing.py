"""Signed, expiring addresses: one signature opens everything below one folder.

    GET /media/<expiry>.<signature>/<key>
    GET /media/<expiry>.<cap>.<signature>/<key>     renditions up to a quality only
    PUT /media/uploads/<expiry>.<bytes_max>.<signature>/<key>
    /media/tus/<expiry>.<signature>/<upload>

A playlist names its segments by relative paths, so they inherit the signature from it.
"""

import base64
import hashlib
import hmac
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from adapters.storage.store import SEGMENTS_MAX, require_key, require_prefix

READ_PATH = "/media/"
UPLOAD_PATH = "/media/uploads/"
TRANSFER_PATH = "/media/tus/"
READ_SCOPE = "tutti.media.read.v1"
CAPPED_SCOPE = "tutti.media.capped.v1"
UPLOAD_SCOPE = "tutti.media.upload.v1"
TRANSFER_SCOPE = "tutti.media.transfer.v1"
READ_TOKEN = re.compile(r"^([1-9][0-9]{0,11})(?:\.([a-z]{1,16}))?\.([A-Za-z0-9_-]{43})\Z")
TRANSFER_TOKEN = re.compile(r"^([1-9][0-9]{0,11})\.([A-Za-z0-9_-]{43})\Z")
UPLOAD_TOKEN = re.compile(r"^([1-9][0-9]{0,11})\.([1-9][0-9]{0,15})\.([A-Za-z0-9_-]{43})\Z")
SECRET_BYTES_MIN = 16


class Access(Enum):
    """What a signature turned out to be worth."""

    GRANTED = "granted"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token opens of what was asked for."""

    access: Access
    scope: str = ""
    """What was signed: the key, or a folder above it with a slash behind."""
    cap: str | None = None
    """The best quality that is open below the folder; None for all of them."""


REFUSED = Grant(Access.REFUSED)


class UrlSigner:
    """Signs with the first secret and accepts all, so secrets can be changed in steps."""

    def __init__(self, secrets: Sequence[bytes]) -> None:
        assert secrets
        assert all(len(each) >= SECRET_BYTES_MIN for each in secrets)
        self._secrets = tuple(secrets)

    def sign_prefix(self, prefix: str, expires_at: datetime, *, cap: str | None = None) -> str:
        """The URL path of a folder: append any key below it, relative to it.

        With a cap it opens renditions up to that quality only.
        """
        return self._read_path(require_prefix(prefix), expires_at, cap)

    def sign_key(self, key: str, expires_at: datetime) -> str:
        """The URL path of one object alone."""
        return self._read_path(require_key(key), expires_at)

    def sign_upload(self, key: str, bytes_max: int, expires_at: datetime) -> str:
        """The URL path where one object of at most `bytes_max` bytes may be PUT."""
        expiry = _expiry(expires_at)
        parts = (UPLOAD_SCOPE, expiry, str(bytes_max), require_key(key))
        signature = _signature(self._secrets[0], *parts)
        return f"{UPLOAD_PATH}{expiry}.{bytes_max}.{signature}/{key}"

    def sign_transfer(self, upload_id: str, expires_at: datetime) -> str:
        """The URL path where a file may come by the tus protocol."""
        expiry = _expiry(expires_at)
        signature = _signature(self._secrets[0], TRANSFER_SCOPE, expiry, require_key(upload_id))
        return f"{TRANSFER_PATH}{expiry}.{signature}/{upload_id}"

    def check(self, token: str, key: str, now: datetime) -> Grant:
        """Tell whether a read token opens the key now, and how far.

        The signature is looked at first: only who holds a true one learns of its expiry.
        """
        match = READ_TOKEN.match(token)
        if match is None:
            return REFUSED
        expiry, cap, signature = match.groups()
        for scope in _scopes(key):
            if self._is_ours(signature, *_read_parts(expiry, cap, scope)):
                return Grant(_access(True, expiry, now), scope, cap)
        return REFUSED

    def check_upload(self, token: str, key: str, now: datetime) -> tuple[Access, int]:
        """Tell whether an upload token opens the key now, and for how many bytes."""
        match = UPLOAD_TOKEN.match(token)
        if match is None:
            return Access.REFUSED, 0
        expiry, bytes_max, signature = match.groups()
        signed = self._is_ours(signature, UPLOAD_SCOPE, expiry, bytes_max, key)
        return _access(signed, expiry, now), int(bytes_max)

    def check_transfer(self, token: str, upload_id: str, now: datetime) -> Access:
        """Tell whether a token opens a transfer now."""
        match = TRANSFER_TOKEN.match(token)
        if match is None:
            return Access.REFUSED
        expiry, signature = match.groups()
        return _access(self._is_ours(signature, TRANSFER_SCOPE, expiry, upload_id), expiry, now)

    def _read_path(self, scope: str, expires_at: datetime, cap: str | None = None) -> str:
        expiry = _expiry(expires_at)
        signature = _signature(self._secrets[0], *_read_parts(expiry, cap, scope))
        token = f"{expiry}.{signature}" if cap is None else f"{expiry}.{cap}.{signature}"
        return f"{READ_PATH}{token}/{scope}"

    def _is_ours(self, signature: str, *parts: str) -> bool:
        given = signature.encode()
        return any(
            hmac.compare_digest(given, _signature(secret, *parts).encode())
            for secret in self._secrets
        )


def expiry_of(token: str) -> datetime:
    """The moment a token ends; only for tokens that `check` has granted."""
    return datetime.fromtimestamp(int(token.partition(".")[0]), UTC)


def _read_parts(expiry: str, cap: str | None, scope: str) -> tuple[str, ...]:
    """What is signed for reading; with a cap it is another thing than without."""
    if cap is None:
        return READ_SCOPE, expiry, scope
    return CAPPED_SCOPE, expiry, cap, scope


def _access(signed: bool, expiry: str, now: datetime) -> Access:
    if not signed:
        return Access.REFUSED
    return Access.EXPIRED if now.timestamp() >= int(expiry) else Access.GRANTED


def _expiry(expires_at: datetime) -> str:
    return str(int(expires_at.timestamp()))


def _scopes(key: str) -> Iterator[str]:
    """What a signature for `a/b/c` may cover: `a/b/c`, `a/` or `a/b/`."""
    yield key
    folders = itertools.accumulate(key.split("/")[:-1], lambda path, name: f"{path}/{name}")
    yield from (f"{folder}/" for folder in itertools.islice(folders, SEGMENTS_MAX))


def _signature(secret: bytes, *parts: str) -> str:
    """Parts hold no newline, so no two lists of parts read the same."""
    message = "\n".join(parts).encode("utf-8", "surrogatepass")
    digest = hmac.new(secret, message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
