"""Lyrics inside a unit of work."""

from typing import ClassVar

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import lock_record, upsert, values_of
from db.tables.media.catalogue import tracks
from db.tables.media.lyrics import lyrics
from domain.ids import TrackId
from domain.media.lyrics.records import Lyrics
from domain.media.records import Track


class LyricsRepository:
    """Reads for update and writes of lyrics."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_track(self, track_id: TrackId) -> Track | None:
        """The track they belong to, held for update: its lyrics change by one hand at a time."""
        statement = select(tracks).where(tracks.c.id == track_id)
        return await lock_record(self._connection, statement, Track)

    async def count_others(self, track_id: TrackId, language: str) -> int:
        """In how many other languages the track has lyrics."""
        others = (lyrics.c.track_id == track_id) & (lyrics.c.language != language)
        statement = select(func.count()).where(others)
        return int((await self._connection.execute(statement)).scalar_one())

    async def save_lyrics(self, changed: Lyrics) -> None:
        """Write lyrics over those of the same language."""
        keys = ("track_id", "language")
        await upsert(self._connection, lyrics, values_of(changed), keys=keys)

    async def remove_lyrics(self, track_id: TrackId, language: str) -> None:
        """Remove the lyrics in one language."""
        same = (lyrics.c.track_id == track_id) & (lyrics.c.language == language)
        await self._connection.execute(delete(lyrics).where(same))
