"""What worker processes of tests share: `python -m … DATABASE REDIS|- FOLDER [MORE]`."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from db.engine import DOMAINS, Databases
from domain.clock import SystemClock
from domain.ports import Limits
from resolvers.context import Ports
from tests.fakes.ports import FakeModels, MemoryBus, MemoryStore, PlainUrls
from workers.context import Progress, WorkerContext
from workers.job_rows import ClaimedJob
from workers.registry import Registry
from workers.worker import WorkerOptions, open_worker

LEASE = timedelta(seconds=4)
"""Short, for the next worker waits so long; a busy machine still renews it in time."""
GRACE_SECONDS = 60.0
LIMITS = Limits(
    upload_bytes_max=1 << 30,
    stream_url_seconds=60,
    access_token_seconds=60,
    refresh_token_seconds=60,
    import_folder_roots=(),
)


@dataclass(frozen=True)
class Workplace:
    """Where a worker works, as its command line says."""

    database_url: str
    redis_url: str | None
    folder: Path

    @classmethod
    def told(cls) -> "Workplace":
        """Read the command line."""
        database_url, redis_url, folder = sys.argv[1:4]
        return cls(database_url, None if redis_url == "-" else redis_url, Path(folder))


async def work(
    place: Workplace,
    registry: Registry,
    *,
    slots: Mapping[str, int],
    tools: Any = None,
    store: Any = None,
) -> None:
    """Work until SIGTERM; `ready-PID` in the folder says that it has begun."""
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    databases = Databases(dict.fromkeys(DOMAINS, place.database_url))
    clock = SystemClock()
    ports = Ports(
        store=store or MemoryStore(),
        urls=PlainUrls(),
        live=MemoryBus(),
        models=FakeModels(),
        passwords=None,
        tokens=None,
    )

    def make_context(job: ClaimedJob, reporter: Progress, is_last: bool) -> WorkerContext:
        return WorkerContext(
            databases=databases,
            ports=ports,
            limits=LIMITS,
            clock=clock,
            job_id=job.id,
            tools=tools,
            attempt_number=job.attempts,
            is_last_attempt=is_last,
            reporter=reporter,
        )

    options = WorkerOptions(
        slots=slots,
        redis_url=place.redis_url,
        lease=LEASE,
        resend=timedelta(seconds=2),
        grace_seconds=GRACE_SECONDS,
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_worker(databases, registry, make_context, clock, options) as worker:
        (place.folder / f"ready-{os.getpid()}").touch()
        await worker.run(stop)
    await databases.close()
