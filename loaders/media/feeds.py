"""Reads of feeds: what is new, lists as they stood, and what a listener likes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    case,
    literal,
    select,
    text,
    tuple_,
    union_all,
)

from db.read import Query, query
from db.tables.media.catalogue import PUBLIC, tracks
from db.tables.media.feeds import feed_places, feed_snapshots, listener_tastes
from db.tables.media.videos import videos
from db.types import Instant
from domain.media.feeds import FeedPlace, Taste
from loaders.pages import LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlayable:
    """Something that was published."""

    kind: str
    id: str
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Lists as they stood at a time."""

    snapshot: int


SNAPSHOT = bindparam("snapshot", type_=Integer)


def _newest(table: Table, kind: str, *conditions: Any) -> Select[Any]:
    """A few steps in the index of what is public."""
    rows = (
        select(literal(kind).label("kind"), table.c.id, table.c.published_at)
        .where(
            text(PUBLIC),
            tuple_(table.c.published_at, table.c.id)
            < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Text)),
            *conditions,
        )
        .order_by(table.c.published_at.desc(), table.c.id.desc())
        .limit(LIMIT)
    )
    found = rows.subquery()
    return select(found.c.kind, found.c.id, found.c.published_at)


def _merged(*arms: Select[Any]) -> Query[NewPlayable]:
    found = union_all(*arms).subquery()
    order = (found.c.published_at.desc(), found.c.id.desc())
    return Query(select(found).order_by(*order).limit(LIMIT), NewPlayable)


TRACKS, VIDEOS = _newest(tracks, "Track"), _newest(videos, "Video")
OF_GENRE = _newest(tracks, "Track", tracks.c.genre == bindparam("genre", type_=Text))
NEW_OF_KIND = {None: _merged(TRACKS, VIDEOS), "Track": _merged(TRACKS), "Video": _merged(VIDEOS)}
"""The newest publications first; of all kinds, or of one."""
NEW_OF_GENRE = _merged(OF_GENRE)
"""Tracks of a genre, as it is written on them."""

SNAPSHOTS = query(
    select(feed_snapshots.c.snapshot).order_by(feed_snapshots.c.snapshot.desc()).limit(LIMIT),
    Snapshot,
)
"""The lists that are kept, the newest first."""

PLACES = query(
    select(*(feed_places.c[name] for name in FeedPlace._fields))
    .where(
        feed_places.c.snapshot == SNAPSHOT,
        feed_places.c.scope == bindparam("scope", type_=Text),
        feed_places.c.place > bindparam("place", type_=Integer),
    )
    .order_by(feed_places.c.place)
    .limit(LIMIT),
    FeedPlace,
)
"""A list of a snapshot behind a place."""

TASTE = case(
    (listener_tastes.c.snapshot <= SNAPSHOT, listener_tastes.c.plays),
    else_=listener_tastes.c.plays_before,
)
TASTES = query(
    select(listener_tastes.c.what, TASTE.label("plays"))
    .where(listener_tastes.c.user_id == bindparam("user_id", type_=Text))
    .order_by(listener_tastes.c.what)
    .limit(LIMIT),
    Taste,
)
"""What a listener had played until a snapshot."""
