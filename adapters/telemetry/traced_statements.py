"""Spans of statements: reads on raw connections, and units of work through SQLAlchemy.

A statement's text holds no values; they are bound, and stay out of traces.
"""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from opentelemetry.trace import Span, SpanKind
from sqlalchemy import event

from adapters.telemetry.tracing import Tracing, is_recording, tell_failure
from db.engine import Database, Databases
from db.read import OpenRead, Query

RowT = TypeVar("RowT")
_SPAN: Final = "tutti_span"


def trace_statements(databases: Databases, tracing: Tracing) -> None:
    """Trace what these databases are asked for sampled requests."""
    for database in databases.distinct():
        database.read = _TracedRead(database.read, database.dialect, tracing)
        _trace_writes(database, tracing)


class _TracedRead:
    """Reads, each with a span of its own."""

    def __init__(self, read: OpenRead, dialect: str, tracing: Tracing) -> None:
        self._read = read
        self._dialect = dialect
        self._tracing = tracing

    def fetch(self, query: Query[RowT], **parameters: Any) -> Awaitable[list[RowT]]:
        """All rows, as records; `Any` as for any read."""
        if not is_recording():
            return self._read.fetch(query, **parameters)
        return self._fetch_within_span(query, parameters)

    async def close(self) -> None:
        """Give the connections back."""
        await self._read.close()

    async def _fetch_within_span(
        self, query: Query[RowT], parameters: dict[str, Any]
    ) -> list[RowT]:
        sql = query.compiled(self._dialect).sql
        span = _start(self._tracing, sql, self._dialect)
        try:
            with self._tracing.within(span):
                rows = await self._read.fetch(query, **parameters)
                span.set_attribute("db.response.returned_rows", len(rows))
                return rows
        finally:
            span.end()


def _trace_writes(database: Database, tracing: Tracing) -> None:
    """Listen to what SQLAlchemy sends; `Any` is its own types, which are not looked into."""
    engine = database.engine.sync_engine

    @event.listens_for(engine, "before_cursor_execute")
    def begin(
        _connection: Any, _cursor: Any, sql: str, _given: Any, context: Any, _many: bool
    ) -> None:
        if context is not None and is_recording():
            setattr(context, _SPAN, _start(tracing, sql, database.dialect))

    @event.listens_for(engine, "after_cursor_execute")
    def end(
        _connection: Any, _cursor: Any, _sql: str, _given: Any, context: Any, _many: bool
    ) -> None:
        _end(context)

    @event.listens_for(engine, "handle_error")
    def fail(failed: Any) -> None:
        _end(failed.execution_context, failed.original_exception)


def _end(context: Any, error: BaseException | None = None) -> None:
    span: Span | None = getattr(context, _SPAN, None)
    if span is not None:
        delattr(context, _SPAN)
        if error is not None:
            tell_failure(span, type(error).__name__)
        span.end()


def _start(tracing: Tracing, sql: str, dialect: str) -> Span:
    attributes = {"db.system.name": dialect, "db.query.text": sql}
    return tracing.start(sql.split(maxsplit=1)[0].upper(), attributes, SpanKind.CLIENT)
