"""All reads: a Core statement built once, compiled to SQL once, run on the raw driver.

PostgreSQL: asyncpg connections with their prepared statements, autocommit. SQLite: the standard
library's connection in the loop, read-only; short indexed reads there cost less than a hop to
a thread, and anything slower than `READ_SECONDS_MAX` is cut.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
from sqlalchemy import Boolean, Float, Select, Table, bindparam, literal, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg as sqlalchemy_asyncpg
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler

from db.row_maker import RowMaker, row_maker
from db.types import Convert, TextKeys
from errors import DatabaseBusy

READ_SECONDS_MAX = 5.0
READ_CONNECTIONS_MAX = 10
STATEMENTS_MAX = 1_000
"""Prepared statements that a connection keeps: more than we have."""
INSTRUCTIONS_BETWEEN_CHECKS = 100_000

RowT = TypeVar("RowT")

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": sqlalchemy_asyncpg.dialect(),  # type: ignore[no-untyped-call]
}


class key_in(ColumnElement[bool]):  # noqa: N801  (reads as an operator)
    """`column` is one of the bound keys: one statement text for any number of them."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True  # else SQLite gets `… = 1` behind it, which hides the index

    def __init__(self, column: ColumnElement[Any], name: str = "keys") -> None:
        self.column = column
        self.keys = bindparam(name, type_=TextKeys())


@compiles(key_in)
def _key_in_any(element: key_in, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"{compiler.process(element.column)} = ANY({compiler.process(element.keys)})"


@compiles(key_in, "sqlite")
def _key_in_json(element: key_in, compiler: SQLCompiler, **kwargs: Any) -> str:
    keys = compiler.process(element.keys)
    return f"{compiler.process(element.column)} IN (SELECT value FROM json_each({keys}))"  # noqa: S608  (a bind)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """SQL text of one dialect with the conversions of its values."""

    sql: str
    parameters: tuple[str, ...]
    constants: dict[str, Any]
    bind: dict[str, Convert]
    rows: RowMaker
    """Driver rows as records: each column becomes the argument of its name."""


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The records of a join: each takes the columns of its table, in the order of both."""

    records: tuple[Callable[..., Any], ...]
    tables: tuple[Table, ...]


@dataclass(slots=True)
class Query(Generic[RowT]):
    """A read statement and what its rows become; make it once, at import."""

    statement: Select[Any]
    record: Callable[..., RowT] | SideBySide
    on_sqlite: Select[Any] | None = None
    """The same rows in another way, where SQLite would read far more than it gives."""
    _by_dialect: dict[str, _Compiled] = field(default_factory=dict)

    def compiled(self, dialect: str) -> _Compiled:
        """The statement on this database."""
        if dialect not in self._by_dialect:
            statement = self.statement
            if dialect == "sqlite" and self.on_sqlite is not None:
                statement = self.on_sqlite
            self._by_dialect[dialect] = _compile(statement, self.record, DIALECTS[dialect])
        return self._by_dialect[dialect]


def query(statement: Select[Any], record: Callable[..., RowT]) -> Query[RowT]:
    """Bind a statement to the record its rows become."""
    return Query(statement, record)


class Read(Protocol):
    """Runs read statements on one database."""

    def fetch(self, query: Query[RowT], **parameters: Any) -> Awaitable[list[RowT]]:
        """All rows, as records."""
        ...


class OpenRead(Read, Protocol):
    """Reads that hold connections."""

    async def close(self) -> None:
        """Give them back."""
        ...


PING: Query[dict[str, int]] = Query(select(literal(1).label("one")), dict)
"""Answers when the database does."""


async def fetch_one(read: Read, query: Query[RowT], **parameters: Any) -> RowT | None:
    """The first row, or None."""
    rows = await read.fetch(query, **parameters)
    return rows[0] if rows else None


class StatementCount:
    """Counts read statements of this process; tests assert on its difference."""

    total = 0


class CountedRead:
    """Another's reads, counted: how many statements one request takes."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.statements = 0

    def fetch(self, query: Query[RowT], **parameters: Any) -> Awaitable[list[RowT]]:
        """All rows, as records."""
        self.statements += 1
        return self._read.fetch(query, **parameters)


class SqliteRead:
    """Reads in the loop on one read-only connection."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._deadline = 0.0

    async def fetch(self, query: Query[RowT], **parameters: Any) -> list[RowT]:
        """All rows, as records."""
        StatementCount.total += 1
        compiled = query.compiled("sqlite")
        bound = {name: _bind(compiled, name, parameters) for name in compiled.parameters}
        connection = self._connection or self._open()
        self._deadline = time.monotonic() + READ_SECONDS_MAX
        try:
            return compiled.rows(connection.execute(compiled.sql, bound).fetchall())
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error) or "locked" in str(error):
                raise DatabaseBusy("The database did not answer in time.") from error
            raise

    def _open(self) -> sqlite3.Connection:
        self._connection = sqlite3.connect(
            f"file:{self._path}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=READ_SECONDS_MAX,
            cached_statements=512,
        )
        self._connection.set_progress_handler(
            lambda: time.monotonic() > self._deadline, INSTRUCTIONS_BETWEEN_CHECKS
        )
        return self._connection

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class PostgresRead:
    """Reads on a few raw asyncpg connections, outside transactions.

    The library's own pool would reset each connection behind each read, which is one more
    round trip; ours only read, and change no setting.
    """

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._idle: list[asyncpg.Connection] = []
        """The one used last is used next: its statements are hot."""
        self._slots = asyncio.Semaphore(READ_CONNECTIONS_MAX)

    async def fetch(self, query: Query[RowT], **parameters: Any) -> list[RowT]:
        """All rows, as records."""
        StatementCount.total += 1
        compiled = query.compiled("postgresql")
        bound = [_bind(compiled, name, parameters) for name in compiled.parameters]
        try:
            await self._take_slot()
            try:
                raw = await self._run(compiled.sql, bound)
            finally:
                self._slots.release()
        except (
            OSError,
            TimeoutError,
            asyncpg.InterfaceError,
            asyncpg.PostgresConnectionError,
        ) as error:
            raise DatabaseBusy("The database did not answer in time.") from error
        return compiled.rows(raw)

    async def _take_slot(self) -> None:
        """Wait for a connection, without a timer: under load every read would set one.

        Whoever has one gives it back within the time of a read; who waited longer than that is
        told so then, and lets the next one in.
        """
        asked_at = time.monotonic()
        await self._slots.acquire()
        if time.monotonic() - asked_at > READ_SECONDS_MAX:
            self._slots.release()
            raise TimeoutError

    async def _run(self, sql: str, bound: list[Any]) -> list[Any]:
        connection = await self._connection()
        is_whole = False
        try:
            raw: list[Any] = await connection.fetch(sql, *bound, timeout=READ_SECONDS_MAX)
            is_whole = True
        except asyncpg.PostgresError:
            is_whole = not connection.is_closed()
            raise
        finally:
            if is_whole:
                self._idle.append(connection)
            else:  # cut off or cancelled: nobody knows what it would answer next
                connection.terminate()
        return raw

    async def _connection(self) -> asyncpg.Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await asyncpg.connect(
            self._dsn,
            timeout=READ_SECONDS_MAX,
            statement_cache_size=STATEMENTS_MAX,
            max_cached_statement_lifetime=0,
        )

    async def close(self) -> None:
        """Close the connections, each when its read has ended."""
        for _ in range(READ_CONNECTIONS_MAX):
            await self._slots.acquire()
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()
        for _ in range(READ_CONNECTIONS_MAX):
            self._slots.release()


def _bind(compiled: _Compiled, name: str, parameters: dict[str, Any]) -> Any:
    if name in compiled.constants:
        return compiled.constants[name]
    value = parameters[name]
    convert = compiled.bind.get(name)
    return value if convert is None else convert(value)


def _compile(
    statement: Select[Any], record: Callable[..., Any] | SideBySide, dialect: Dialect
) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    bind: dict[str, Any] = dict(compiled._bind_processors)
    constants = {
        name: bind[name](parameter.value) if name in bind else parameter.value
        for parameter, name in compiled.bind_names.items()
        if not parameter.required
    }
    if isinstance(record, SideBySide):
        rows = _maker_of_join(record, dialect)
    else:
        rows = _maker(record, tuple(statement.selected_columns), dialect)
    return _Compiled(
        sql=compiled.string,
        parameters=tuple(compiled.positiontup or compiled.bind_names.values()),
        constants=constants,
        bind=bind,
        rows=rows,
    )


def _maker_of_join(record: SideBySide, dialect: Dialect) -> RowMaker:
    parts: list[tuple[slice, RowMaker]] = []
    begin = 0
    for table, each in zip(record.tables, record.records, strict=True):
        columns = tuple(table.c)
        end = begin + len(columns)
        parts.append((slice(begin, end), _maker(each, columns, dialect)))
        begin = end

    def make(rows: Sequence[Sequence[Any]]) -> list[Any]:
        made = [maker([row[place] for row in rows]) for place, maker in parts]
        return list(zip(*made, strict=True))

    return make


def _maker(
    record: Callable[..., Any], columns: Sequence[ColumnElement[Any]], dialect: Dialect
) -> RowMaker:
    names = [str(column.key) for column in columns]
    return row_maker(record, names, _conversions(columns, dialect))


def _conversions(columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> dict[int, Convert]:
    found: dict[int, Convert] = {}
    for place, column in enumerate(columns):
        if isinstance(column.type, Float):
            continue  # both drivers give floats; SQLAlchemy's processor wants a type code
        convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if convert is not None:
            found[place] = convert
    return found
