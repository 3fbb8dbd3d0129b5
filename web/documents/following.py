"""What gateways hold of the database in memory is read again every few seconds."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from cancellation import end_if_cancelled

REFRESH_SECONDS = 5.0
"""After so long, and the time that reading takes, all gateways know what one was told."""

log = structlog.get_logger(__name__)


async def follow(refresh: Callable[[], Awaitable[object]]) -> None:
    """Run it every REFRESH_SECONDS; ends when it is cancelled.

    While the database is away what is known stays.
    """
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        await try_once(refresh)


async def try_once(refresh: Callable[[], Awaitable[object]]) -> None:
    """Run one, and tell the log where it fails: a gateway starts while its database is away."""
    try:
        await refresh()
    except Exception as error:  # noqa: BLE001 -- the next round tries again
        end_if_cancelled()
        log.warning("not_refreshed", error=str(error))
