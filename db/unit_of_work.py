"""A unit of work: rows and outgoing messages of one domain in one commit."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import TracebackType
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncTransaction

from db.engine import Database
from db.idempotency import Attempt, mark
from db.outbox import add_command, add_event
from domain.clock import Clock
from domain.ids import JobId, UserId
from domain.messages.envelope import Command, Event
from errors import DatabaseBusy, OutcomeUnknown

RELAY_CHANNEL = "tutti_outbox"
PASSING_STATES = frozenset({"40001", "40P01", "55P03"})
"""SQLSTATE of a serialization failure, a deadlock, and a lock that cannot be had."""


LastStep = Callable[[datetime], Awaitable[None]]
"""What is done right before a commit."""


class Repository(Protocol):
    """Reads for update and writes of one domain's tables."""

    domain: ClassVar[str]

    def __init__(self, connection: AsyncConnection) -> None: ...


RepoT = TypeVar("RepoT", bound=Repository)


class UnitOfWork(Generic[RepoT]):
    """One transaction: lock, decide, save, send; nothing is kept without `commit`.

    On SQLite it takes the write lock when it opens. No outside I/O belongs inside.
    """

    rows: RepoT

    def __init__(
        self,
        repository: Callable[[AsyncConnection], RepoT],
        database: Database,
        clock: Clock,
        *,
        attempt: Attempt | None = None,
    ) -> None:
        self._repository = repository
        self._database = database
        self._clock = clock
        self._attempt = attempt
        self._connection: AsyncConnection | None = None
        self._transaction: AsyncTransaction | None = None
        self._is_committing = False
        self._published: list[Event] = []
        self._committed: list[Event] = []
        self._last: list[LastStep] = []

    async def __aenter__(self) -> Self:
        """Open the transaction.

        A mutation that came with an Idempotency-Key marks it first: on PostgreSQL another run
        with the key waits here for our end, on SQLite it waits for the write lock.

        Raises:
            DatabaseBusy: the database gave no connection or lock in time.
            AlreadyDone: another run with the key has taken effect.
        """
        try:
            self._connection = await self._database.engine.connect()
            self._transaction = await self._connection.begin()
            if self._attempt is not None:
                await mark(self._connection, self._attempt, now=self._clock.now())
        except BaseException as error:
            await self._release()
            if isinstance(error, (DBAPIError, PoolTimeout, OSError)):
                raise DatabaseBusy("The database is busy; try again.") from error
            raise
        self.rows = self._repository(self._connection)
        return self

    async def send(
        self,
        command: Command,
        *,
        owner_id: UserId | None = None,
        available_at: datetime | None = None,
    ) -> JobId:
        """Queue a command of this domain; it starts only when we commit, and not before then."""
        assert command.domain() in self._database.domains, command.name
        now = self._clock.now()
        return await add_command(
            self.connection, command, now=now, owner_id=owner_id, available_at=available_at
        )

    async def publish(self, event: Event) -> None:
        """Say that something happened; told only when we commit."""
        await add_event(self.connection, event, now=self._clock.now())
        self._published.append(event)

    def at_commit(self, step: LastStep) -> None:
        """Do this right before the commit, behind all else: for locks to be held a moment only.

        The step is given the time, and waits for nothing but its own lock.
        """
        self._last.append(step)

    async def commit(self) -> None:
        """Keep everything, rows and messages together."""
        for step in self._last:
            await step(self._clock.now())
        self._last.clear()
        if self._database.dialect == "postgresql":
            await self.connection.execute(text(f"NOTIFY {RELAY_CHANNEL}"))
        assert self._transaction is not None
        self._is_committing = True
        await self._transaction.commit()
        self._is_committing = False
        self._committed = self._published

    @property
    def connection(self) -> AsyncConnection:
        """The open connection."""
        assert self._connection is not None, "enter the unit of work first"
        return self._connection

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Roll back what was not committed, and give the connection back.

        Raises:
            DatabaseBusy: the database broke a deadlock at our cost, kept a lock too long, or
                went away before anything was kept.
            OutcomeUnknown: it went away in the commit.
        """
        await self._release()
        if self._committed and self._database.tell_committed is not None:
            await self._database.tell_committed(self._committed)
        if not isinstance(error, DBAPIError):
            return
        if error.connection_invalidated and self._is_committing:
            raise OutcomeUnknown("The database went away; look whether it took effect.") from error
        if error.connection_invalidated or _is_passing(error):
            raise DatabaseBusy("The database is busy; try again.") from error

    async def _release(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()


def _is_passing(error: DBAPIError) -> bool:
    """Whether the same work may succeed in a moment."""
    state = getattr(error.orig, "sqlstate", None)
    return state in PASSING_STATES or "database is locked" in str(error.orig)
