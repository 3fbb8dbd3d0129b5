"""Follows, likes, comments and notifications inside a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.social import (
    artist_stats,
    comments,
    follows,
    known_playables,
    likes,
    notifications,
    playable_stats,
)
from domain.ids import ArtistId, CommentId, NotificationId, PlayableKey, UserId
from domain.social.records import Comment, Follow, KnownPlayable, Like, Notification


class SocialRepository:
    """Reads for update and writes of the social domain."""

    domain: ClassVar[str] = "social"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep_playable(self, playable: KnownPlayable) -> None:
        """Take over media's newest word on something; an older one is ignored."""
        await upsert(
            self._connection,
            known_playables,
            values_of(playable),
            keys=["playable"],
            where=known_playables.c.version < playable.version,
        )

    async def find_playable(self, key: PlayableKey) -> KnownPlayable | None:
        """What is known of something playable."""
        found = await fetch_records(
            self._connection,
            select(known_playables).where(known_playables.c.playable == str(key)),
            KnownPlayable,
        )
        return found[0] if found else None

    async def is_artist_known(self, artist_id: ArtistId) -> bool:
        """True when the artist has anything public."""
        statement = (
            select(known_playables.c.playable)
            .where(known_playables.c.artist_id == artist_id, known_playables.c.is_public)
            .limit(1)
        )
        return (await self._connection.execute(statement)).first() is not None

    async def add_follow(self, follow: Follow) -> bool:
        """Follow and count; False when it was so already."""
        if not await insert_new(self._connection, follows, values_of(follow)):
            return False
        await self._count_follower(follow.artist_id, 1)
        return True

    async def remove_follow(self, user_id: UserId, artist_id: ArtistId) -> bool:
        """Unfollow and count; False when there was nothing to take back."""
        result = await self._connection.execute(
            delete(follows).where(follows.c.user_id == user_id, follows.c.artist_id == artist_id)
        )
        if result.rowcount == 0:
            return False
        await self._count_follower(artist_id, -1)
        return True

    async def list_followers(
        self, artist_id: ArtistId, *, after: UserId | None, limit: int
    ) -> Sequence[UserId]:
        """The next followers by user id."""
        statement = (
            select(follows.c.user_id)
            .where(follows.c.artist_id == artist_id, follows.c.user_id > (after or ""))
            .order_by(follows.c.user_id)
            .limit(limit)
        )
        return [UserId(each) for each in (await self._connection.execute(statement)).scalars()]

    async def add_like(self, like: Like) -> bool:
        """Like and count; False when it was so already."""
        if not await insert_new(self._connection, likes, values_of(like)):
            return False
        await self._count_playable(like.playable, like_count=1)
        return True

    async def remove_like(self, user_id: UserId, key: PlayableKey) -> bool:
        """Take a like back and count; False when there was none."""
        result = await self._connection.execute(
            delete(likes).where(likes.c.user_id == user_id, likes.c.playable == str(key))
        )
        if result.rowcount == 0:
            return False
        await self._count_playable(str(key), like_count=-1)
        return True

    async def add_comment(self, comment: Comment) -> None:
        """Add a comment and count it."""
        await insert_record(self._connection, comments, comment)
        await self._count_playable(comment.playable, comment_count=1)

    async def lock_comment(self, comment_id: CommentId) -> Comment | None:
        """A comment that is not deleted, held for update."""
        return await lock_record(
            self._connection,
            select(comments).where(comments.c.id == comment_id, comments.c.deleted_at.is_(None)),
            Comment,
        )

    async def save_comment(self, comment: Comment) -> None:
        """Write a changed comment; a deletion is counted."""
        await update_record(self._connection, comments, comment)
        if comment.deleted_at is not None:
            await self._count_playable(comment.playable, comment_count=-1)

    async def add_notification(self, notification: Notification) -> bool:
        """Tell an account; False when it was told before."""
        return await insert_new(self._connection, notifications, values_of(notification))

    async def mark_read(
        self, user_id: UserId, ids: Sequence[NotificationId] | None, now: datetime
    ) -> int:
        """Mark notifications (None: all) as read; how many were unread."""
        statement = update(notifications).where(
            notifications.c.user_id == user_id, notifications.c.read_at.is_(None)
        )
        if ids is not None:
            statement = statement.where(notifications.c.id.in_(ids))
        result = await self._connection.execute(statement.values(read_at=now))
        return result.rowcount

    async def _count_follower(self, artist_id: ArtistId, change: int) -> None:
        await upsert(
            self._connection,
            artist_stats,
            {"artist_id": artist_id, "follower_count": change},
            keys=["artist_id"],
            changes={"follower_count": artist_stats.c.follower_count + change},
        )

    async def _count_playable(
        self, playable: str, *, like_count: int = 0, comment_count: int = 0
    ) -> None:
        await upsert(
            self._connection,
            playable_stats,
            {"playable": playable, "like_count": like_count, "comment_count": comment_count},
            keys=["playable"],
            changes={
                "like_count": playable_stats.c.like_count + like_count,
                "comment_count": playable_stats.c.comment_count + comment_count,
            },
        )
