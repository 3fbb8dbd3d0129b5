"""What a Redis that was started again may have forgotten, though it had said that it took it.

With `appendonly yes` and `appendfsync always` that is nothing. With anything less the newest
entries of before may be gone while older ones are still there, and no hole tells of it.
"""

from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisRun:
    """One life of a Redis process."""

    id: str
    keeps_all: bool
    """Whether it keeps, over its end, whatever it took."""
    began_at: int
    """Milliseconds since the epoch, by its clock; never early, up to two seconds late."""

    def may_have_lost(self, entry_id: str) -> bool:
        """Whether entries that came after this one may be gone."""
        return not self.keeps_all and int(entry_id.partition("-")[0]) <= self.began_at


async def read_run(client: Redis) -> RedisRun:
    """The life that Redis lives now; raises RedisError."""
    async with client.pipeline(transaction=False) as asked:
        asked.info("server")
        asked.config_get("appendonly", "appendfsync")
        server, config = await asked.execute(raise_on_error=False)
    if isinstance(server, RedisError):
        raise server
    now = server["server_time_usec"] // 1_000
    return RedisRun(
        id=str(server["run_id"]),
        keeps_all=config == {"appendonly": "yes", "appendfsync": "always"},  # or it may not tell
        began_at=now - (server["uptime_in_seconds"] - 1) * 1_000,  # it counts begun seconds
    )
