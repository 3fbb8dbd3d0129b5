"""Buckets of all processes in Redis: one script, one round trip, by the clock of Redis.

While Redis does not answer, each process counts for itself: nobody is refused for our failure,
and nobody waits for it longer than SECONDS_MAX, at most once in PAUSE_SECONDS.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.rate_limit.memory import MemoryBuckets
from domain.rate_limits import Quota, Standing, Want, tightest

log = logging.getLogger(__name__)

PREFIX: Final = "tutti:rate"
SECONDS_MAX: Final = 0.1
PAUSE_SECONDS: Final = 1.0
CONNECTIONS_MAX: Final = 64
SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local full = {}
for i, key in ipairs(KEYS) do
  local window = tonumber(ARGV[2 * i])
  local before = tonumber(redis.call('GET', key)) or now
  full[i] = math.max(before, now) + window / tonumber(ARGV[2 * i - 1])
  if full[i] - now > window + 0.01 then
    return {i, math.ceil(full[i] - now - window)}
  end
end
local left = {0}
for i, key in ipairs(KEYS) do
  local milliseconds = math.ceil(full[i] - now)
  redis.call('SET', key, string.format('%.3f', full[i]), 'PX', milliseconds)
  left[i + 1] = milliseconds
end
return left
"""
"""KEYS: buckets; ARGV: tokens and milliseconds of each. Gives which bucket refuses and for how
many milliseconds, or 0 and in how many milliseconds each is full."""


class SharedBuckets:
    """Buckets by quota and owner, in Redis."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str = PREFIX,
        fallback: MemoryBuckets | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prefix = prefix
        self._fallback = fallback or MemoryBuckets()
        self._now = now
        self._silent_until = 0.0
        self._is_failing = False
        self._client: Redis = Redis.from_url(
            url,
            socket_timeout=SECONDS_MAX,
            socket_connect_timeout=SECONDS_MAX,
            max_connections=CONNECTIONS_MAX,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._client.register_script(SCRIPT)

    @property
    def is_failing(self) -> bool:
        """Whether this process counts for itself."""
        return self._is_failing

    async def take(self, wants: Sequence[Want]) -> Standing:
        """Take one token of each, or none of any; as `Buckets`."""
        now = self._now()
        if now < self._silent_until:
            return await self._fallback.take(wants)
        if self._is_failing:
            self._silent_until = now + PAUSE_SECONDS  # one of us asks, the others do not wait
        try:
            standing = await self._take(wants)
        except (RedisError, OSError) as error:
            self._fail(error)
            return await self._fallback.take(wants)
        if self._is_failing:
            self._is_failing, self._silent_until = False, 0.0
            log.info("rate limits are shared again")
        return standing

    async def forget(self, quota: Quota, who: str) -> None:
        """Fill one up again; it stays as it is while Redis does not answer."""
        await self._fallback.forget(quota, who)
        try:
            if self._now() >= self._silent_until:
                await self._client.delete(self._key(Want(quota, who)))
        except (RedisError, OSError) as error:
            self._fail(error)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _take(self, wants: Sequence[Want]) -> Standing:
        keys = [self._key(want) for want in wants]
        bounds = [
            bound for want in wants for bound in (want.quota.tokens, want.quota.seconds * 1_000)
        ]
        refusing, *milliseconds = await self._script(keys=keys, args=bounds)
        if refusing:
            return Standing(wants[refusing - 1].quota, 0, milliseconds[0] / 1_000, is_refused=True)
        return tightest(
            [
                Standing(want.quota, _remaining(want, left), left / 1_000, is_refused=False)
                for want, left in zip(wants, milliseconds, strict=True)
            ]
        )

    def _key(self, want: Want) -> str:
        return f"{self._prefix}:{want.quota.name}:{want.who}"

    def _fail(self, error: Exception) -> None:
        self._silent_until = self._now() + PAUSE_SECONDS
        if not self._is_failing:
            self._is_failing = True
            log.warning("rate limits are counted by each process alone: %s", error)


def _remaining(want: Want, milliseconds_to_full: int) -> int:
    return int((want.quota.seconds * 1_000 - milliseconds_to_full) / want.quota.interval / 1_000)
