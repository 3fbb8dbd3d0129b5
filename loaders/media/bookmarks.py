"""Reads of what listeners keep: how far they are, bookmarks, speeds."""

from sqlalchemy import ColumnElement, Integer, Text, bindparam, select, text, tuple_
from sqlalchemy.sql import FromClause

from db.read import key_in, query
from db.tables.media.bookmarks import CONTINUED, bookmarks, progress, speeds
from db.types import Instant
from domain.media.bookmark_records import Bookmark, Progress, Speed
from loaders.batch import BatchLoader, GroupLoader
from loaders.pages import page_of_each

USER = bindparam("user_id", type_=Text)

CONTINUED_OF_USER = query(
    select(progress)
    .where(
        progress.c.user_id == USER,
        text(CONTINUED),
        tuple_(progress.c.updated_at, progress.c.playable)
        < tuple_(bindparam("at", type_=Instant), bindparam("playable", type_=Text)),
    )
    .order_by(progress.c.updated_at.desc(), progress.c.playable.desc())
    .limit(bindparam("limit", type_=Integer)),
    Progress,
)
"""What a listener has begun and not heard to its end, the last heard first."""


class ProgressByPlayable(BatchLoader[str, Progress]):
    """Playables to how far one listener is in each."""

    query = query(
        select(progress).where(progress.c.user_id == USER, key_in(progress.c.playable)), Progress
    )
    key_name = "playable"


class SpeedBySubject(BatchLoader[str, Speed]):
    """Kinds and playables to how fast one listener wants each."""

    query = query(select(speeds).where(speeds.c.user_id == USER, key_in(speeds.c.subject)), Speed)
    key_name = "subject"


def _is_behind(table: FromClause) -> ColumnElement[bool]:
    return tuple_(table.c.position_ms, table.c.id) > tuple_(
        bindparam("position_ms", type_=Integer), bindparam("id", type_=Text)
    )


class BookmarksByPlayable(GroupLoader[str, Bookmark]):
    """Playables to a page of one listener's bookmarks in each, by position."""

    query = page_of_each(
        bookmarks,
        "playable",
        Bookmark,
        condition=lambda rows: (rows.c.user_id == USER) & _is_behind(rows),
        order=lambda rows: [rows.c.position_ms, rows.c.id],
    )
    key_name = "playable"
