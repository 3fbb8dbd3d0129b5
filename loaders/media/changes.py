"""Reads of the feed of public changes."""

from sqlalchemy import BigInteger, Integer, bindparam, select

from db.read import query
from db.tables.media.changes import catalog_changes as changes
from domain.media.changes import CatalogChange

CATALOG_CHANGES = query(
    select(changes)
    .where(changes.c.sequence > bindparam("since", type_=BigInteger))
    .order_by(changes.c.sequence)
    .limit(bindparam("limit", type_=Integer)),
    CatalogChange,
)
