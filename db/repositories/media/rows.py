"""What the rows of every topic of media have in common: a connection, and the search index."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import upsert
from db.tables.media.search import search_entries
from domain.ids import UserId
from domain.media.search_text import fold_words, text_key


class MediaRows:
    """Rows of the media domain inside a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _forget(self, kind: str, key: str) -> None:
        """What is deleted is found by nobody."""
        same = (search_entries.c.kind == kind) & (search_entries.c.key == key)
        await self._connection.execute(delete(search_entries).where(same))

    async def _index(
        self,
        kind: str,
        key: str,
        *,
        title: str,
        beside: Sequence[str],
        owner_id: UserId,
        is_public: bool,
    ) -> None:
        words = dict.fromkeys(word for each in (title, *beside) for word in fold_words(each))
        values = {
            "kind": kind,
            "key": key,
            "title_key": text_key(title),
            "words": " ".join(words),
            "owner_id": owner_id,
            "is_public": is_public,
        }
        await upsert(self._connection, search_entries, values, keys=("kind", "key"))
