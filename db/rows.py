"""Records in and out of tables: columns and fields have the same names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

RecordT = TypeVar("RecordT")


def values_of(record: Any) -> dict[str, Any]:
    """A record's fields by name."""
    return {each.name: getattr(record, each.name) for each in fields(record)}


async def insert_record(connection: AsyncConnection, table: Table, record: Any) -> None:
    """Add a record's row."""
    await connection.execute(insert(table).values(**values_of(record)))


def insert_of(connection: AsyncConnection, table: Table) -> Any:
    """An insert that may meet a row with its key; `Any`: each dialect has its own."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


async def insert_new(connection: AsyncConnection, table: Table, values: Mapping[str, Any]) -> bool:
    """Add a row unless one with the same unique key is there; True when it was added."""
    adding = insert_of(connection, table).values(**values)
    result = await connection.execute(adding.on_conflict_do_nothing())
    return result.rowcount == 1


async def upsert(
    connection: AsyncConnection,
    table: Table,
    values: Mapping[str, Any],
    *,
    keys: Sequence[str],
    changes: Mapping[str, Any] | None = None,
    where: ColumnElement[bool] | None = None,
) -> bool:
    """Add a row or change the one with the same keys; True when a row was written.

    `changes` defaults to all values but the keys; `where` guards the change (an older version
    never overwrites a newer one).
    """
    changed = {n: v for n, v in values.items() if n not in keys} if changes is None else changes
    statement = insert_of(connection, table).values(**values)
    result = await connection.execute(
        statement.on_conflict_do_update(index_elements=list(keys), set_=dict(changed), where=where)
    )
    return result.rowcount == 1


async def update_record(
    connection: AsyncConnection, table: Table, record: Any, *, key: str = "id"
) -> None:
    """Write all of a record's fields over its row; the row must be there."""
    values = values_of(record)
    result = await connection.execute(
        update(table).where(table.c[key] == values.pop(key)).values(**values)
    )
    assert result.rowcount == 1, f"no row of {table.name} to update"


async def fetch_records(
    connection: AsyncConnection, statement: Select[Any], record: Callable[..., RecordT]
) -> list[RecordT]:
    """All rows of a statement as records."""
    rows: Iterable[Mapping[str, Any]] = (await connection.execute(statement)).mappings()
    return [record(**row) for row in rows]


async def lock_record(
    connection: AsyncConnection, statement: Select[Any], record: Callable[..., RecordT]
) -> RecordT | None:
    """The first row as a record, held until the unit of work ends.

    PostgreSQL: FOR NO KEY UPDATE, since rows that refer to it by foreign key may still be added;
    the stronger lock would let two units of work wait for each other.
    """
    held = statement.with_for_update(key_share=True)
    found = await fetch_records(connection, held, record)
    return found[0] if found else None
