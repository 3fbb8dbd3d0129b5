"""What the house says when it is asked whether it is ready: each dependency, in bounded time."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Final

from db.engine import Database
from db.queues import WAITING_QUEUES
from db.read import PING
from errors import DependencyError
from federation.transport.breaker import BreakerState
from federation.transport.http import HttpTransport
from resolvers.context import UseCaseContext
from web.pages.health import Check

WAIT_SECONDS_MAX: Final = 300.0
"""A job that could be run and waits for longer says that no worker takes it."""
DIGEST_CHARACTERS: Final = 12


def required_checks(base: UseCaseContext) -> dict[str, Check]:
    """Without these nothing can be answered."""
    checks: dict[str, Check] = {"bus": partial(_check_bus, base)}
    databases = list(base.databases.distinct())
    for database in databases:
        name = "database" if len(databases) == 1 else f"database {','.join(database.domains)}"
        checks[name] = partial(_check_database, database)
    return checks


def advisory_checks(
    base: UseCaseContext, remote: Mapping[str, HttpTransport], supergraph: str
) -> dict[str, Check]:
    """Without these some things wait, or some fields are null."""
    checks: dict[str, Check] = {"queues": partial(_check_queues, base)}
    for name, transport in remote.items():
        checks[f"subgraph {name}"] = partial(_check_subgraph, transport)
    checks["schema"] = partial(_tell_schema, supergraph)
    return checks


async def _check_database(database: Database) -> None:
    await database.read.fetch(PING)


async def _check_bus(base: UseCaseContext) -> None:
    if not base.ports.live.is_connected:
        raise DependencyError("The live bus is not connected.")


async def _check_queues(base: UseCaseContext) -> str:
    """Raise where a job waits so long that no worker can be at work."""
    now, count = base.clock.now(), 0
    for database in base.databases.distinct():
        for waiting in await database.read.fetch(WAITING_QUEUES, now=now):
            count += waiting.count
            if waiting.seconds(now) > WAIT_SECONDS_MAX:
                raise DependencyError(
                    f"A job of the queue {waiting.queue} waits for {waiting.seconds(now):.0f} s."
                )
    return f"{count} jobs wait"


async def _check_subgraph(transport: HttpTransport) -> str:
    """Raise while it is left alone; it is not asked, as requests tell how it is."""
    if transport.breaker_state is not BreakerState.CLOSED:
        raise DependencyError("The subgraph has failed too often, and is left alone for a while.")
    return f"{transport.connections_open} connections"


async def _tell_schema(supergraph: str) -> str:
    return hashlib.sha256(supergraph.encode()).hexdigest()[:DIGEST_CHARACTERS]
