"""The public keys of an outside issuer of tokens: a JSON Web Key Set (RFC 7517) at an address."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from errors import IdentityUnavailable

AGE_SECONDS_MAX = 600.0
"""Keys are read again when they are older: a key that was withdrawn counts no longer than that,
and until the reading is done."""
STALE_SECONDS_MAX = 3_600.0
"""Keys that cannot be read again are trusted so long, and no longer."""
PAUSE_SECONDS = 30.0
"""Nothing is read again sooner, whatever keys are asked for: no flood of tokens causes one of
readings."""
READ_SECONDS_MAX = 5.0
BYTES_MAX = 1_000_000
KEYS_MAX = 100
_KIND_OF = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
"""The kinds of keys that algorithms take, by how their names begin; secrets are of no kind."""

log = logging.getLogger(__name__)

ReadKeySet = Callable[[], Awaitable[bytes]]


class KeySet:
    """Keys by id, read when they are first needed and then kept; for one loop."""

    def __init__(self, read: ReadKeySet, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._keys: list[dict[str, Any]] = []
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """The key of that id for that algorithm; without an id the only key there is for it.

        Raises:
            IdentityUnavailable: the keys cannot be read.
        """
        age = self._clock() - self._read_at
        if age > STALE_SECONDS_MAX:
            await self._renew()
        elif age > AGE_SECONDS_MAX:
            self._start_reading()
        if self._clock() - self._read_at > STALE_SECONDS_MAX:
            raise IdentityUnavailable("The keys of the token's issuer cannot be read; try again.")
        found = self._find(key_id, algorithm)
        if found is None:
            await self._renew()
            found = self._find(key_id, algorithm)
        return found

    def _find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        fitting = [
            each
            for each in self._keys
            if each.get("kty") == _KIND_OF.get(algorithm[:2])
            and each.get("alg") in (None, algorithm)
            and (key_id is None or each.get("kid") == key_id)
        ]
        if not fitting or (key_id is None and len(fitting) > 1):
            return None
        try:
            return PyJWK(fitting[0], algorithm)
        except PyJWTError:
            return None

    async def _renew(self) -> None:
        """Read the keys, unless that was just tried; all who wait, wait for one reading."""
        self._start_reading()
        if self._reading is not None:
            await asyncio.shield(self._reading)

    def _start_reading(self) -> None:
        if self._reading is None and self._clock() - self._tried_at >= PAUSE_SECONDS:
            self._tried_at = self._clock()
            self._reading = asyncio.create_task(self._read_once())

    async def _read_once(self) -> None:
        """What cannot be read changes nothing."""
        try:
            self._keys = parse_key_set(await self._read())
            self._read_at = self._clock()
        except (OSError, httpx.HTTPError, ValueError) as fault:
            log.warning("the keys of an issuer cannot be read: %s", fault)
        finally:
            self._reading = None


def parse_key_set(text: bytes) -> list[dict[str, Any]]:
    """The keys of a set that are there for proving signatures.

    Raises:
        ValueError: it is no key set, or one with too many keys.
    """
    told = orjson.loads(text)
    keys = told.get("keys") if isinstance(told, dict) else None
    if not isinstance(keys, list) or len(keys) > KEYS_MAX:
        raise ValueError(f"not a key set of up to {KEYS_MAX} keys")
    return [each for each in keys if isinstance(each, dict) and each.get("use", "sig") == "sig"]


def reading_of(url: str) -> ReadKeySet:
    """Reads a key set over HTTPS; over plain HTTP from this machine only.

    Raises:
        ValueError: the address is none of these.
    """
    parts = urlsplit(url)
    is_near = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_near)):
        raise ValueError(f"{url!r} is no https address of a key set")

    async def read() -> bytes:
        body = b""
        async with (
            asyncio.timeout(READ_SECONDS_MAX),
            httpx.AsyncClient(follow_redirects=False) as client,
            client.stream("GET", url, headers={"accept": "application/json"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ValueError(f"{url} answers with status {answer.status_code}")
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > BYTES_MAX:
                    raise ValueError(f"{url} answers with more than {BYTES_MAX} bytes")
        return body

    return read
