"""Reads of the social domain by key."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import (
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.sql import FromClause

from db.read import Query, Read, key_in, query
from db.tables.social import (
    UNREAD,
    artist_stats,
    comments,
    follows,
    known_playables,
    likes,
    notifications,
    playable_stats,
)
from db.types import Instant, TextKeys
from domain.ids import ArtistId, NotificationId, UserId
from domain.social.records import Comment, Follow, Like, Notification, PlayableStats
from loaders.batch import BatchLoader, GroupLoader
from loaders.pages import from_keys, newest_of_each

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtistStats:
    """Counters of an artist."""

    artist_id: ArtistId
    follower_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number of rows."""

    count: int


class ArtistStatsById(BatchLoader[ArtistId, ArtistStats]):
    """Artist ids to their counters."""

    query = query(select(artist_stats).where(key_in(artist_stats.c.artist_id)), ArtistStats)
    key_name = "artist_id"


def _stats_of(keys: FromClause) -> Select[Any]:
    """One row for each key: there may be none in either table, or in both."""
    known, counted = known_playables, playable_stats
    return select(
        keys.c.value.label("playable"),
        func.coalesce(known.c.owner_id, literal_column("''")).label("owner_id"),
        func.coalesce(known.c.is_public, true()).label("is_public"),
        func.coalesce(counted.c.like_count, literal_column("0")).label("like_count"),
        func.coalesce(counted.c.comment_count, literal_column("0")).label("comment_count"),
    ).select_from(
        keys.outerjoin(known, known.c.playable == keys.c.value).outerjoin(
            counted, counted.c.playable == keys.c.value
        )
    )


class PlayableStatsByKey(BatchLoader[str, PlayableStats]):
    """Playables (`Track:<id>`) to their counters and who may see them; each has a row."""

    query = from_keys(_stats_of, PlayableStats)
    key_name = "playable"


def _of_one_user(table: Table, key: str, record: Callable[..., RowT]) -> Query[RowT]:
    """One user's rows among `keys`.

    SQLite gets the pairs, else it would go through all that the user has.
    """
    user_id = bindparam("user_id", type_=Text)
    keys = func.json_each(bindparam("keys", type_=TextKeys())).table_valued("value", name="keys")
    pairs = select(keys.c.value, user_id)
    return Query(
        select(table).where(table.c.user_id == user_id, key_in(table.c[key])),
        record,
        select(table).where(tuple_(table.c[key], table.c.user_id).in_(pairs)),
    )


class FollowByArtistId(BatchLoader[ArtistId, Follow]):
    """Artist ids to one user's follow of each."""

    query = _of_one_user(follows, "artist_id", Follow)
    key_name = "artist_id"


class LikeByPlayable(BatchLoader[str, Like]):
    """Playables to one user's like of each."""

    query = _of_one_user(likes, "playable", Like)
    key_name = "playable"


class NotificationById(BatchLoader[NotificationId, Notification]):
    """Notification ids to notifications."""

    query = query(select(notifications).where(key_in(notifications.c.id)), Notification)


class CommentById(BatchLoader[str, Comment]):
    """Comment ids to comments that are not deleted."""

    query = query(
        select(comments).where(key_in(comments.c.id), comments.c.deleted_at.is_(None)), Comment
    )


class CommentsByPlayable(GroupLoader[str, Comment]):
    """Playables to their newest comments before a cursor."""

    query = newest_of_each(comments, "playable", Comment, lambda rows: rows.c.deleted_at.is_(None))
    key_name = "playable"


FOLLOWS_OF_USER = query(
    select(follows)
    .where(
        follows.c.user_id == bindparam("user_id"),
        tuple_(follows.c.created_at, follows.c.artist_id)
        < tuple_(bindparam("at", type_=Instant), bindparam("before", type_=Text)),
    )
    .order_by(follows.c.created_at.desc(), follows.c.artist_id.desc())
    .limit(bindparam("limit")),
    Follow,
)
LIKES_OF_USER = query(
    select(likes)
    .where(
        likes.c.user_id == bindparam("user_id"),
        tuple_(likes.c.created_at, likes.c.playable)
        < tuple_(bindparam("at", type_=Instant), bindparam("before", type_=Text)),
    )
    .order_by(likes.c.created_at.desc(), likes.c.playable.desc())
    .limit(bindparam("limit")),
    Like,
)
NOTIFICATIONS_OF_USER = query(
    select(notifications)
    .where(
        notifications.c.user_id == bindparam("user_id"), notifications.c.id < bindparam("before")
    )
    .order_by(notifications.c.id.desc())
    .limit(bindparam("limit")),
    Notification,
)
NOTIFICATIONS_SINCE = query(
    select(notifications)
    .where(notifications.c.user_id == bindparam("user_id"), notifications.c.id > bindparam("after"))
    .order_by(notifications.c.id)
    .limit(bindparam("limit")),
    Notification,
)
UNREAD_COUNT = query(
    select(func.count().label("count"))
    .select_from(notifications)
    .where(notifications.c.user_id == bindparam("user_id"), text(UNREAD)),
    Count,
)


class SocialLoaders:
    """The loaders over social's tables."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._follows: dict[UserId, FollowByArtistId] = {}
        self._likes: dict[UserId, LikeByPlayable] = {}
        self._comments: dict[tuple[str, int], CommentsByPlayable] = {}

    @cached_property
    def artist_stats_by_id(self) -> ArtistStatsById:
        """Counters of artists."""
        return ArtistStatsById(self._read)

    @cached_property
    def playable_stats_by_key(self) -> PlayableStatsByKey:
        """Counters of playables, and who may see them."""
        return PlayableStatsByKey(self._read)

    @cached_property
    def notification_by_id(self) -> NotificationById:
        """Notifications."""
        return NotificationById(self._read)

    @cached_property
    def comment_by_id(self) -> CommentById:
        """Comments."""
        return CommentById(self._read)

    def follow_by_artist_id(self, user_id: UserId) -> FollowByArtistId:
        """One user's follows."""
        return self._follows.setdefault(user_id, FollowByArtistId(self._read, user_id=user_id))

    def like_by_playable(self, user_id: UserId) -> LikeByPlayable:
        """One user's likes."""
        return self._likes.setdefault(user_id, LikeByPlayable(self._read, user_id=user_id))

    def comments_by_playable(self, *, before: str, limit: int) -> CommentsByPlayable:
        """Newest comments before a comment id, at most `limit` for each playable."""
        return self._comments.setdefault(
            (before, limit), CommentsByPlayable(self._read, before=before, limit=limit)
        )
