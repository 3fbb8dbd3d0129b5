"""Tells the loops of a worker that a database has something new, without holding a lock."""

import asyncio
import logging
import random
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import make_url

from cancellation import end_if_cancelled
from db.engine import Database
from db.unit_of_work import RELAY_CHANNEL

log = logging.getLogger(__name__)

POLL_SECONDS: Final = 0.025
RECONNECT_SECONDS_MAX: Final = 5.0


class Wakeup:
    """A bell that many loops wait for; one that rang while they worked is not missed.

    seen = wakeup.count
    ... work ...
    await wakeup.wait(seen, seconds)   # returns at once if it rang meanwhile
    """

    def __init__(self) -> None:
        self.count = 0
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake every loop that waits."""
        self.count += 1
        self._bell.set()
        self._bell = asyncio.Event()

    async def wait(self, seen: int, seconds: float) -> None:
        """Wait until it rings, at most so long."""
        if self.count == seen:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()


async def watch(databases: Iterable[Database], wakeup: Wakeup) -> None:
    """Ring at every commit that may have added messages, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for database in databases:
            if database.path is not None:
                group.create_task(_watch_sqlite(database.path, wakeup))
            else:
                group.create_task(_watch_postgres(database.url, wakeup))


async def _watch_sqlite(path: Path, wakeup: Wakeup) -> None:
    """Ask every 25 ms whether anybody committed: a few microseconds in the loop."""
    connection = sqlite3.connect(_read_only(path), uri=True, isolation_level=None)
    try:
        version: Any = None
        while True:
            now = connection.execute("PRAGMA data_version").fetchone()
            if now != version:
                version = now
                wakeup.ring()
            await asyncio.sleep(POLL_SECONDS)
    finally:
        connection.close()


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


async def _watch_postgres(url: str, wakeup: Wakeup) -> None:
    """LISTEN, and again after a lost connection; the loops look by themselves meanwhile."""
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        end_if_cancelled()
        try:
            await _listen_postgres(dsn, wakeup)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("the database is watched again after a pause: %s", error)
        await asyncio.sleep(random.uniform(0.5, 1.0) * RECONNECT_SECONDS_MAX)  # noqa: S311


async def _listen_postgres(dsn: str, wakeup: Wakeup) -> None:
    connection = await asyncpg.connect(dsn)
    is_lost = asyncio.Event()
    try:
        connection.add_termination_listener(lambda _: is_lost.set())
        await connection.add_listener(RELAY_CHANNEL, lambda *_: wakeup.ring())
        wakeup.ring()
        await is_lost.wait()
    finally:
        with suppress(OSError, TimeoutError, asyncpg.InterfaceError):
            await connection.close(timeout=1)
