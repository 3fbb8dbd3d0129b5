"""Buckets of all processes in Redis: one script, one round trip, by the clock of Redis.

Requests that come while an answer is awaited are asked for together in the next round trip. While
Redis does not answer, each process counts for itself: nobody is refused for our failure. It is
given SECONDS_MAX to answer, and asked again every PAUSE_SECONDS, by one request alone.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from adapters.rate_limit.memory import MemoryBuckets
from domain.rate_limits import Quota, Standing, Want, tightest

log = logging.getLogger(__name__)

PREFIX: Final = "tutti:rate"
SECONDS_MAX: Final = 0.25
PAUSE_SECONDS: Final = 1.0
TOGETHER_MAX: Final = 200
"""Requests that one round trip asks for; the script holds Redis meanwhile."""
WAITING_MAX: Final = 10_000
SCRIPT: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local answer, key, argument = {}, 0, 1
while argument <= #ARGV do
  local count, full, refusing = tonumber(ARGV[argument]), {}, 0
  for i = 1, count do
    local tokens = tonumber(ARGV[argument + 2 * i - 1])
    local window = tonumber(ARGV[argument + 2 * i])
    local before = tonumber(redis.call('GET', KEYS[key + i])) or now
    full[i] = math.max(before, now) + window / tokens
    if full[i] - now > window + 0.01 then
      refusing = i
      answer[#answer + 1] = i
      answer[#answer + 1] = math.ceil(full[i] - now - window)
      break
    end
  end
  if refusing == 0 then
    answer[#answer + 1] = 0
    for i = 1, count do
      local left = math.ceil(full[i] - now)
      redis.call('SET', KEYS[key + i], string.format('%.3f', full[i]), 'PX', left)
      answer[#answer + 1] = left
    end
  end
  key, argument = key + count, argument + 2 * count + 1
end
return answer
"""
"""KEYS: buckets; ARGV for each request: how many buckets, then tokens and milliseconds of each.
Gives for each which bucket refuses and for how many milliseconds; or 0, and in how many
milliseconds each bucket is full."""

_Asked = tuple[Sequence[Want], "asyncio.Future[Standing]"]


class SharedBuckets:
    """Buckets by quota and owner, in Redis."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str = PREFIX,
        seconds_max: float = SECONDS_MAX,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prefix = prefix
        self._now = now
        self._fallback = MemoryBuckets()
        self._silent_until = 0.0
        self._is_failing = False
        self._waiting: list[_Asked] = []
        self._asking: asyncio.Task[None] | None = None
        self._client: Redis = Redis.from_url(
            url,
            socket_timeout=seconds_max,
            socket_connect_timeout=seconds_max,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._client.register_script(SCRIPT)

    @property
    def is_failing(self) -> bool:
        """Whether this process counts for itself."""
        return self._is_failing

    async def take(self, wants: Sequence[Want]) -> Standing:
        """Take one token of each, or none of any; as `Buckets`."""
        if self._is_silent() or len(self._waiting) >= WAITING_MAX:
            return await self._fallback.take(wants)
        if self._is_failing:
            self._silent_until = self._now() + PAUSE_SECONDS  # the others do not wait for this one
        answer: asyncio.Future[Standing] = asyncio.get_running_loop().create_future()
        self._waiting.append((wants, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def forget(self, quota: Quota, who: str) -> None:
        """Fill one up again; it stays as it is while Redis does not answer."""
        await self._fallback.forget(quota, who)
        try:
            if not self._is_silent():
                await self._client.delete(self._key(Want(quota, who)))
        except (RedisError, OSError) as error:
            self._fail(error)

    async def close(self) -> None:
        """Close the connections."""
        if self._asking is not None:
            self._asking.cancel()
        await self._client.aclose()

    async def _ask(self) -> None:
        """Ask for all who wait, one round trip after the other."""
        try:
            while self._waiting:
                asked, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
                try:
                    standings = await self._run_script([wants for wants, _ in asked])
                    self._recover()
                except (RedisError, OSError) as error:
                    self._fail(error)
                    asked, self._waiting = asked + self._waiting, []
                    standings = [await self._fallback.take(wants) for wants, _ in asked]
                for (_, answer), standing in zip(asked, standings, strict=True):
                    if not answer.done():  # whoever asked may have left
                        answer.set_result(standing)
        finally:
            self._asking = None

    async def _run_script(self, asked: Sequence[Sequence[Want]]) -> list[Standing]:
        keys = [self._key(want) for wants in asked for want in wants]
        arguments: list[int] = []
        for wants in asked:
            arguments.append(len(wants))
            for want in wants:
                arguments += (want.quota.tokens, want.quota.seconds * 1_000)
        answers = iter(await self._script(keys=keys, args=arguments))
        return [_read(wants, answers) for wants in asked]

    def _key(self, want: Want) -> str:
        return f"{self._prefix}:{want.quota.name}:{want.who}"

    def _is_silent(self) -> bool:
        return self._now() < self._silent_until

    def _recover(self) -> None:
        if self._is_failing:
            self._is_failing, self._silent_until = False, 0.0
            log.info("rate limits are shared again")

    def _fail(self, error: Exception) -> None:
        self._silent_until = self._now() + PAUSE_SECONDS
        if not self._is_failing:
            self._is_failing = True
            log.warning("rate limits are counted by each process alone: %s", error)


def _read(wants: Sequence[Want], answers: Iterator[int]) -> Standing:
    """What the script says of one request."""
    refusing = next(answers)
    if refusing:
        return Standing(wants[refusing - 1].quota, 0, next(answers) / 1_000, is_refused=True)
    return tightest([_taken(want.quota, next(answers)) for want in wants])


def _taken(quota: Quota, milliseconds_to_full: int) -> Standing:
    remaining = int((quota.seconds * 1_000 - milliseconds_to_full) / quota.interval / 1_000)
    return Standing(quota, remaining, milliseconds_to_full / 1_000, is_refused=False)
