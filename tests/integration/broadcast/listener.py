"""A process that follows a channel and prints when each message came: `now payload`."""

import asyncio
import sys
import time
from pathlib import Path

from adapters.broadcast.backend import BusBackend
from adapters.broadcast.backends.event_log import EventLogBackend
from adapters.broadcast.backends.redis_streams import RedisStreamsBackend
from adapters.broadcast.bus import Bus


def backend_at(address: str) -> BusBackend:
    if address.startswith("redis://"):
        return RedisStreamsBackend(address)
    log = Path(address)
    return EventLogBackend([log], bus_path=log.with_name("bus.db"))


async def follow(address: str, channel: str) -> None:
    async with Bus(backend_at(address)) as bus, bus.listen(channel) as messages:
        print("listening", flush=True)  # noqa: T201 - read by the test
        async for message in messages:
            moment = time.monotonic_ns()
            print(moment, message.decode() or "GAP", flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], sys.argv[2]))
