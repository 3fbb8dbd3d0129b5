"""Databases: one for all domains by default, or one for each by settings."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from db.read import OpenRead, PostgresRead, SqliteRead
from domain.messages.envelope import Event

DOMAINS = ("media", "users", "social", "nft", "ai", "royalties")

TellCommitted = Callable[[Sequence[Event]], Awaitable[None]]
"""Hears what this process has committed, before whoever asked for it; never raises."""

BUSY_SECONDS_MAX = 5
WRITE_CONNECTIONS_MAX = 10


@dataclass(slots=True)
class Database:
    """One database: a lean way to read and an engine for units of work."""

    url: str
    dialect: str
    """sqlite or postgresql."""
    read: OpenRead
    engine: AsyncEngine
    domains: tuple[str, ...]
    """The domains whose tables it holds."""
    path: Path | None = None
    """The file, on SQLite."""
    tell_committed: TellCommitted | None = None
    """None: nobody wants to hear."""

    async def close(self) -> None:
        """Give all connections back."""
        await self.read.close()
        await self.engine.dispose()


class Databases:
    """Which domain lives where."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        by_url: dict[str, list[str]] = {}
        for domain, url in urls.items():
            by_url.setdefault(url, []).append(domain)
        self._distinct = [_open(url, tuple(domains)) for url, domains in by_url.items()]
        self._by_domain = {name: base for base in self._distinct for name in base.domains}

    def of(self, domain: str) -> Database:
        """The database that holds a domain's tables."""
        return self._by_domain[domain]

    def distinct(self) -> Iterable[Database]:
        """Each database once."""
        return tuple(self._distinct)

    def tell_committed_to(self, tell: TellCommitted) -> None:
        """Tell somebody the events of every unit of work that this process commits from now on."""
        for database in self._distinct:
            database.tell_committed = tell

    async def close(self) -> None:
        """Close them all."""
        for database in self._distinct:
            await database.close()


def _open(url: str, domains: tuple[str, ...]) -> Database:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        engine = create_async_engine(
            url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=1,  # SQLite has one writer: waiting for it here costs no busy polling
            max_overflow=0,
            pool_timeout=BUSY_SECONDS_MAX,
        )
        _prepare_sqlite(engine)
        return Database(url, "sqlite", SqliteRead(path), engine, domains, path)
    engine = create_async_engine(
        url,
        pool_size=WRITE_CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=BUSY_SECONDS_MAX,
        pool_pre_ping=True,  # else the first work after a restart of the server fails
    )
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return Database(url, "postgresql", PostgresRead(dsn), engine, domains)


def _prepare_sqlite(engine: AsyncEngine) -> None:
    """WAL, foreign keys, a busy timeout, and transactions that take the write lock at once."""

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={BUSY_SECONDS_MAX * 1000}",
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
