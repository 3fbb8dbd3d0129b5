"""Answers of all processes in Redis: one script and one round trip for a lookup.

As in one process, an entry is good as long as its tags have the marks that they had before it was
read. A mark is random and made where there is none, so one that Redis has lost makes old what hung
on it, and never makes good again what was old. Entries are sealed with a secret of the house: what
somebody else wrote there, or under another key, is as good as nothing.

While Redis does not answer there is no cache: it is given SECONDS_MAX, and asked again after
PAUSE_SECONDS. A purge that it missed is made up for by forgetting everything.
"""

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Final, TypeVar, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.cache.store import Entry, Found, Lookup

log = logging.getLogger(__name__)
ResultT = TypeVar("ResultT")

PREFIX: Final = "tutti:cache"
SECONDS_MAX: Final = 0.25
PAUSE_SECONDS: Final = 1.0
ENTRIES_MAX: Final = 200_000
"""Entries of all processes; those kept first are forgotten first."""
VALUE_BYTES_MAX: Final = 1024 * 1024
ENTRY_SECONDS_MAX: Final = 24 * 60 * 60
TAG_SECONDS: Final = ENTRY_SECONDS_MAX + 60 * 60
SCANNED_TOGETHER: Final = 1_000
SEAL_BYTES: Final = 16
ALL: Final = "*"
"""The tag that everything has."""
SCRIPT: Final = """
local answer, key = {}, 0
for i = 3, #ARGV do
  local marks = {}
  for t = 1, tonumber(ARGV[i]) do
    local mark = redis.call('GET', KEYS[key + 1 + t])
    if not mark then
      mark = ARGV[1]
      redis.call('SET', KEYS[key + 1 + t], mark, 'EX', ARGV[2])
    end
    marks[t] = mark
  end
  answer[#answer + 1] = table.concat(marks)
  answer[#answer + 1] = redis.call('GET', KEYS[key + 1])
  key = key + 1 + tonumber(ARGV[i])
end
return answer
"""
"""KEYS: of each lookup its entry, then its tags; ARGV: a new mark, seconds of a mark, then for each
lookup how many tags it has. Gives for each lookup the marks of its tags, and its entry."""


class SharedCache:
    """Answers by key, in Redis."""

    def __init__(
        self,
        url: str,
        *,
        secret: bytes,
        prefix: str = PREFIX,
        entries_max: int = ENTRIES_MAX,
        value_bytes_max: int = VALUE_BYTES_MAX,
        seconds_max: float = SECONDS_MAX,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prefix = prefix
        self._seal_key = blake2b(secret, digest_size=32, person=b"tutti-cache").digest()
        self._entries_max = entries_max
        self._value_bytes_max = value_bytes_max
        self._now = now
        self._silent_until = 0.0
        self._is_failing = False
        self._has_missed_purge = False
        self._client: Redis = Redis.from_url(
            url,
            socket_timeout=seconds_max,
            socket_connect_timeout=seconds_max,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._client.register_script(SCRIPT)

    @property
    def is_failing(self) -> bool:
        """Whether there is no cache now."""
        return self._is_failing

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Look for several at once; nothing is found, or to be kept, while Redis is away."""
        answer = await self._asked(lambda: self._find(lookups))
        return [Found(None, b"")] * len(lookups) if answer is None else answer

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Share values; beyond the bound those go that were kept first."""
        fitting = [
            each
            for each in entries
            if each.stamp and each.seconds > 0 and len(each.value) <= self._value_bytes_max
        ]
        if fitting:
            await self._asked(lambda: self._keep(fitting))

    async def purge(self, tags: Iterable[str]) -> None:
        """Forget whatever has one of these tags."""
        keys = [self._tag(tag) for tag in tags]
        if keys:
            await self._purged(lambda: self._delete(keys))

    async def purge_matching(self, pattern: str) -> None:
        """Forget whatever has a tag like this."""
        await self._purged(lambda: self._delete_matching(pattern))

    async def purge_all(self) -> None:
        """Forget everything."""
        await self._purged(lambda: self._delete([self._tag(ALL)]))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _find(self, lookups: Sequence[Lookup]) -> list[Found]:
        keys: list[str] = []
        counts: list[int] = []
        for each in lookups:
            keys += (self._entry(each.key), self._tag(ALL), *map(self._tag, each.tags))
            counts.append(1 + len(each.tags))
        answer = await self._script(keys=keys, args=[secrets.token_hex(8), TAG_SECONDS, *counts])
        found: list[Found] = []
        for place, each in enumerate(lookups):
            stamp = blake2b(answer[2 * place], digest_size=SEAL_BYTES).digest()
            found.append(Found(self._opened(each.key, stamp, answer[2 * place + 1]), stamp))
        return found

    async def _keep(self, entries: Sequence[Entry]) -> None:
        now, order = time.time(), f"{self._prefix}:order"
        async with self._client.pipeline(transaction=False) as pipeline:
            for each in entries:
                seconds = min(each.seconds, ENTRY_SECONDS_MAX)
                pipeline.set(self._entry(each.key), self._sealed(each), ex=seconds)
            pipeline.zadd(order, {each.key: now for each in entries})
            pipeline.expire(order, ENTRY_SECONDS_MAX)
            pipeline.zremrangebyscore(order, 0, now - ENTRY_SECONDS_MAX)
            pipeline.zcard(order)
            count = (await pipeline.execute())[-1]
        if count > self._entries_max:
            popped = await self._client.zpopmin(order, count - self._entries_max)
            first = cast("list[tuple[bytes, float]]", popped)
            await self._delete([self._entry(key.decode()) for key, _ in first])

    async def _delete(self, keys: Sequence[str]) -> None:
        await self._client.delete(*keys)

    async def _delete_matching(self, pattern: str) -> None:
        wanted = self._tag("".join("*" if each == "*" else _literal(each) for each in pattern))
        found: list[bytes] = []
        async for key in self._client.scan_iter(match=wanted, count=SCANNED_TOGETHER):
            found.append(key)
            if len(found) == SCANNED_TOGETHER:
                await self._client.delete(*found)
                found.clear()
        if found:
            await self._client.delete(*found)

    async def _purged(self, purge: Callable[[], Awaitable[None]]) -> None:
        async def purge_and_tell() -> bool:
            await purge()
            return True

        if await self._asked(purge_and_tell) is None:
            self._has_missed_purge = True

    async def _asked(self, ask: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
        """What Redis says; None while it says nothing."""
        if self._now() < self._silent_until:
            return None
        if self._is_failing:
            self._silent_until = self._now() + PAUSE_SECONDS  # the others do not wait for this one
        try:
            if self._has_missed_purge:
                await self._delete([self._tag(ALL)])
                self._has_missed_purge = False
            answer = await ask()
        except (RedisError, OSError) as error:
            self._fail(error)
            return None
        if self._is_failing:
            self._is_failing, self._silent_until = False, 0.0
            log.info("answers are shared again")
        return answer

    def _fail(self, error: Exception) -> None:
        self._silent_until = self._now() + PAUSE_SECONDS
        if not self._is_failing:
            self._is_failing = True
            log.warning("answers are neither kept nor found: %s", error)

    def _sealed(self, entry: Entry) -> bytes:
        sealed = entry.stamp + entry.value
        return self._seal(entry.key, sealed) + sealed

    def _opened(self, key: str, stamp: bytes, kept: bytes | None) -> bytes | None:
        """The value, if we wrote it under this key, and nothing of it has changed since."""
        if kept is None or kept[SEAL_BYTES : 2 * SEAL_BYTES] != stamp:
            return None
        seal, sealed = kept[:SEAL_BYTES], kept[SEAL_BYTES:]
        return sealed[SEAL_BYTES:] if compare_digest(seal, self._seal(key, sealed)) else None

    def _seal(self, key: str, sealed: bytes) -> bytes:
        name = blake2b(key.encode(), digest_size=32).digest()
        return blake2b(name + sealed, digest_size=SEAL_BYTES, key=self._seal_key).digest()

    def _entry(self, key: str) -> str:
        return f"{self._prefix}:entry:{key}"

    def _tag(self, tag: str) -> str:
        return f"{self._prefix}:tag:{tag}"


def _literal(character: str) -> str:
    """One character as a pattern of Redis that means nothing else."""
    return f"\\{character}" if character in "?[]^-\\" else character
