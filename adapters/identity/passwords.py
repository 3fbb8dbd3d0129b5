"""Argon2id in a pool of two threads, so that hashing never holds the loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from errors import RateLimited

THREADS = 2
WAITING_MAX = 64


class Argon2Passwords:
    """Hashes and verifies passwords with the library's RFC 9106 low-memory profile."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._decoy = ""

    async def hash(self, password: str) -> str:
        """A new encoded hash.

        Raises:
            RateLimited: too many wait already.
        """
        return str(await self._run(self._hasher.hash, password))

    async def verify(self, encoded: str | None, password: str) -> bool:
        """True when the password matches; an unknown account costs the same time."""
        if not self._decoy:
            self._decoy = await self.hash("decoy")
        return bool(await self._run(self._verify, encoded or self._decoy, password)) and (
            encoded is not None
        )

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: object, *args: str) -> object:
        if self._waiting >= WAITING_MAX:
            raise RateLimited("Too many log-ins at once; try again.", retry_after_seconds=1)
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, work, *args)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
