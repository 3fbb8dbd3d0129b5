"""What the rows of every topic of media have in common: a connection, and the search index."""

from sqlalchemy.ext.asyncio import AsyncConnection

from db.repositories.media.search import SearchIndex


class MediaRows:
    """Rows of the media domain inside a unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._index = SearchIndex(connection)

    async def learn_words(self, *, entries_max: int) -> int:
        """Take the words of new entries into the vocabulary; how many entries it were."""
        return await self._index.learn_words(entries_max=entries_max)
