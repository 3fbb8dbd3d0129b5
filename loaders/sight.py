"""Which rows a viewer's lists hold, as a condition of the statement that reads them."""

from sqlalchemy import Boolean, ColumnElement, Text, bindparam, or_
from sqlalchemy.sql import FromClause


def is_seen(table: FromClause, is_public: ColumnElement[bool]) -> ColumnElement[bool]:
    """Rows that a `Sight` covers: public ones, drafts of its owner, and all for an admin."""
    return or_(
        is_public,
        table.c.owner_id == bindparam("owner_id", type_=Text),
        bindparam("sees_all", type_=Boolean).is_(True),
    )
