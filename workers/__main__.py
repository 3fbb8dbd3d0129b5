"""A worker process: `python -m workers`, in either profile; SIGTERM drains it."""

import asyncio
import signal
import sqlite3
import sys

import asyncpg
import uvloop
from pydantic import ValidationError

from errors import DependencyError
from settings import Settings
from telemetry import configure_logs, open_telemetry
from workers.wiring import open_configured_worker
from workers.worker import Worker


def main() -> None:
    """Work until told to stop; what a user can mend is told in one line."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit("; ".join(str(each["msg"]) for each in error.errors()))
    configure_logs(service="worker", is_readable=settings.is_development)
    try:
        uvloop.run(_work(settings))
    except (OSError, DependencyError) as error:
        sys.exit(f"The worker cannot start: {error}")


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with (
        open_telemetry(settings, service="tutti-worker") as telemetry,
        open_configured_worker(settings, telemetry.metrics) as worker,
    ):
        await _require_tables(worker)
        await worker.run(stop)


async def _require_tables(worker: Worker) -> None:
    """End in one line where nobody has migrated yet."""
    try:
        await worker.look()
    except (sqlite3.OperationalError, asyncpg.UndefinedTableError):
        sys.exit("The database has no tables yet: run `python gateway.py migrate` first.")


if __name__ == "__main__":
    main()
