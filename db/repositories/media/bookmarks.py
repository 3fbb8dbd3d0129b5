"""Bookmarks inside a unit of work."""

from typing import ClassVar

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    fetch_records,
    insert_new,
    lock_record,
    update_record,
    values_of,
)
from db.tables.media.bookmarks import bookmarks
from domain.ids import BookmarkId, UserId
from domain.media.bookmark_records import Bookmark


class BookmarkRepository:
    """Reads for update and writes of what listeners keep."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count_bookmarks(self, user_id: UserId, playable: str) -> int:
        """How many bookmarks the listener has in it."""
        statement = (
            select(func.count())
            .select_from(bookmarks)
            .where(bookmarks.c.user_id == user_id, bookmarks.c.playable == playable)
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def add_bookmark(self, bookmark: Bookmark) -> Bookmark:
        """Add a bookmark; the one that its operation made before, if it did."""
        if await insert_new(self._connection, bookmarks, values_of(bookmark)):
            return bookmark
        statement = select(bookmarks).where(
            bookmarks.c.user_id == bookmark.user_id,
            bookmarks.c.operation_id == bookmark.operation_id,
        )
        return (await fetch_records(self._connection, statement, Bookmark))[0]

    async def lock_bookmark(self, bookmark_id: BookmarkId) -> Bookmark | None:
        """A bookmark, held for update."""
        return await lock_record(
            self._connection, select(bookmarks).where(bookmarks.c.id == bookmark_id), Bookmark
        )

    async def save_bookmark(self, bookmark: Bookmark) -> None:
        """Write a changed bookmark."""
        await update_record(self._connection, bookmarks, bookmark)

    async def delete_bookmark(self, bookmark_id: BookmarkId) -> None:
        """Take a bookmark away."""
        await self._connection.execute(delete(bookmarks).where(bookmarks.c.id == bookmark_id))
