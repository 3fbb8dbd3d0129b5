"""A page of the rows of many keys at once, in one statement."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Integer, Table, Text, bindparam, func, select, true
from sqlalchemy.sql import FromClause

from db.read import Query
from db.types import TextKeys

RowT = TypeVar("RowT")
Condition = Callable[[FromClause], ColumnElement[bool]]
Order = Callable[[FromClause], Sequence[ColumnElement[Any]]]

LIMIT = bindparam("limit", type_=Integer)
KEYS = bindparam("keys", type_=TextKeys())


def page_of_each(
    table: Table,
    group: str,
    record: Callable[..., RowT],
    *,
    condition: Condition,
    order: Order,
) -> Query[RowT]:
    """For each of `keys` the first `limit` rows of its group that the condition holds for.

    Each page is a few steps in an index on the group and the order, however long the group is;
    to number its rows would be to read them all. SQLite has no lateral join, so there the ids
    of a page are found first.
    """
    other = table.alias("paged")

    def page(keys: FromClause, *columns: Any) -> Any:
        return (
            select(*columns)
            .where(other.c[group] == keys.c.value, condition(other))
            .order_by(*order(other))
            .limit(LIMIT)
            .correlate(keys)
        )

    keys = func.unnest(KEYS).table_valued("value").render_derived(name="keys")
    rows = page(keys, other).lateral("page")
    statement = select(*rows.c).select_from(keys.join(rows, true())).order_by(*order(rows))

    keys = func.json_each(KEYS).table_valued("value", name="keys")
    on_sqlite: Any = (
        select(table)
        .select_from(keys.join(table, true()))
        .where(table.c.id.in_(page(keys, other.c.id)))
        .order_by(*order(table))
    )
    return Query(statement, record, on_sqlite)


def newest_of_each(
    table: Table, group: str, record: Callable[..., RowT], condition: Condition
) -> Query[RowT]:
    """For each of `keys` the newest `limit` rows of its group `before` an id."""
    return page_of_each(
        table,
        group,
        record,
        condition=lambda rows: (rows.c.id < bindparam("before", type_=Text)) & condition(rows),
        order=lambda rows: [rows.c.id.desc()],
    )
