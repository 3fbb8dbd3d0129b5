"""Share links inside a unit of work."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import insert_record, lock_record, update_record
from db.tables.media.share_links import share_links, share_passes
from domain.ids import ShareLinkId, UserId
from domain.media.share_links import ShareLink, SharePass


class ShareLinkRepository:
    """Reads for update and writes of share links."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_link(self, link: ShareLink) -> None:
        """Add a link."""
        await insert_record(self._connection, share_links, link)

    async def lock_link(self, link_id: ShareLinkId) -> ShareLink | None:
        """A link, held for update."""
        statement = select(share_links).where(share_links.c.id == link_id)
        return await lock_record(self._connection, statement, ShareLink)

    async def save_link(self, link: ShareLink) -> None:
        """Write a link that was used or revoked."""
        await update_record(self._connection, share_links, link)

    async def count_links(self, owner_id: UserId) -> int:
        """How many links an account has made."""
        statement = select(func.count()).where(share_links.c.owner_id == owner_id)
        return int((await self._connection.execute(statement)).scalar_one())

    async def remove_ended_links(self, owner_id: UserId, *, now: datetime) -> None:
        """Let links of an account go that open nothing any more."""
        table = share_links
        ended = table.c.revoked_at.is_not(None) | (table.c.expires_at <= now)
        await self._connection.execute(delete(table).where(table.c.owner_id == owner_id, ended))

    async def add_pass(self, new: SharePass, *, kept: int) -> None:
        """Add a pass; those whose time is over go, and the oldest where there are too many."""
        passes = share_passes
        newest = (
            select(passes.c.token_hash)
            .where(passes.c.link_id == new.link_id, passes.c.expires_at > new.opened_at)
            .order_by(passes.c.opened_at.desc(), passes.c.token_hash)
            .limit(kept - 1)
        )
        await self._connection.execute(
            delete(passes).where(
                passes.c.link_id == new.link_id, passes.c.token_hash.not_in(newest)
            )
        )
        await insert_record(self._connection, passes, new)
