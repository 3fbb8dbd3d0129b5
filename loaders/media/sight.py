"""Which rows of the catalogue a viewer's lists hold: the team of an artist sees their drafts."""

from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, or_, select
from sqlalchemy.sql import FromClause

from db.tables.media.teams import artist_members
from loaders.sight import is_seen


def is_seen_by_team(
    table: FromClause, is_public: ColumnElement[bool], *, artist_id: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Rows that a `Sight` covers, and those of the teams that its owner is in; none deleted.

    The teams are read within the statement, so that a page costs one, whoever asks.
    """
    member = bindparam("owner_id", type_=Text)
    teams = select(artist_members.c.artist_id).where(artist_members.c.user_id == member)
    return and_(table.c.deleted_at.is_(None), or_(is_seen(table, is_public), artist_id.in_(teams)))
