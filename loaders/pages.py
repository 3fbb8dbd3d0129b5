"""What belongs to many keys at once, in one statement: a row of each, or a page."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    func,
    select,
    true,
)
from sqlalchemy.sql import FromClause

from db.read import Query
from db.types import TextKeys

RowT = TypeVar("RowT")
Condition = Callable[[FromClause], ColumnElement[bool]]
Order = Callable[[FromClause], Sequence[ColumnElement[Any]]]

LIMIT = bindparam("limit", type_=Integer)
KEYS = bindparam("keys", type_=TextKeys())


def from_keys(
    build: Callable[[FromClause], Select[Any]],
    record: Callable[..., RowT],
    *,
    on_sqlite: Callable[[FromClause], Select[Any]] | None = None,
) -> Query[RowT]:
    """A statement that begins with a table of `keys`, whose one column is `value`."""
    keys = func.unnest(KEYS).table_valued("value").render_derived(name="keys")
    their_keys = func.json_each(KEYS).table_valued("value", name="keys")
    return Query(build(keys), record, (on_sqlite or build)(their_keys))


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

    def page(keys: FromClause, *columns: Any) -> Select[Any]:
        return (
            select(*columns)
            .where(other.c[group] == keys.c.value, condition(other))
            .order_by(*order(other))
            .limit(LIMIT)
            .correlate(keys)
        )

    def pages(keys: FromClause) -> Select[Any]:
        rows = page(keys, other).lateral("page")
        return select(*rows.c).select_from(keys.join(rows, true())).order_by(*order(rows))

    def pages_by_id(keys: FromClause) -> Select[Any]:
        return (
            select(table)
            .select_from(keys.join(table, true()))
            .where(table.c.id.in_(page(keys, other.c.id)))
            .order_by(*order(table))
        )

    return from_keys(pages, record, on_sqlite=pages_by_id)


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
