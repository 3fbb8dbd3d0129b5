"""Which stored objects the media domain still refers to."""

from collections.abc import Collection, Mapping
from typing import ClassVar

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.tables.media.catalogue import albums, tracks
from db.tables.media.processing import processings
from db.tables.media.videos import videos
from db.tables.platform import UNFINISHED, jobs
from domain.ids import PlayableKind
from domain.media.records import PlayableState

TABLES: Mapping[PlayableKind, Table] = {
    PlayableKind.TRACK: tracks,
    PlayableKind.VIDEO: videos,
}
UNDER_WAY = (PlayableState.UPLOADED, PlayableState.PROCESSING)


class ReferencesRepository:
    """Reads of what objects are needed for; what is deleted needs its original alone."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def served_keys(self, ids: Collection[str]) -> dict[str, str]:
        """Ids of what is playable, of any kind, to the key of the stream that is served."""
        found: dict[str, str] = {}
        for table in TABLES.values():
            is_there = table.c.deleted_at.is_(None) & table.c.hls_key.is_not(None)
            statement = select(table.c.id, table.c.hls_key).where(table.c.id.in_(ids), is_there)
            rows = (await self._connection.execute(statement)).all()
            found.update((row.id, row.hls_key) for row in rows)
        return found

    async def ids_under_way(self, ids: Collection[str]) -> set[str]:
        """Those that are being processed, or will be: what lies there may be half of a stream."""
        found: set[str] = set()
        for kind, table in TABLES.items():
            is_begun = table.c.state.in_(UNDER_WAY) & table.c.deleted_at.is_(None)
            begun = select(table.c.id).where(table.c.id.in_(ids), is_begun)
            found.update((await self._connection.execute(begun)).scalars())
            names = {f"{kind}:{key}": key for key in ids}
            asked = select(processings.c.playable).where(
                processings.c.playable.in_(names), processings.c.is_asked
            )
            found.update(names[each] for each in (await self._connection.execute(asked)).scalars())
        return found

    async def jobs_waiting(self, dedupe_keys: Collection[str]) -> set[str]:
        """Those of the keys that an unfinished job has."""
        statement = select(jobs.c.dedupe_key).where(
            jobs.c.dedupe_key.in_(dedupe_keys), text(UNFINISHED)
        )
        return set((await self._connection.execute(statement)).scalars())

    async def cover_keys(self, album_ids: Collection[str]) -> dict[str, str]:
        """Ids of albums to the keys of their covers."""
        has_one = albums.c.deleted_at.is_(None) & albums.c.cover_key.is_not(None)
        statement = select(albums.c.id, albums.c.cover_key).where(
            albums.c.id.in_(album_ids), has_one
        )
        rows = (await self._connection.execute(statement)).all()
        return {row.id: row.cover_key for row in rows}

    async def originals_kept(self, source_keys: Collection[str]) -> set[str]:
        """Those of the originals that anything refers to, deleted or not."""
        found: set[str] = set()
        for table in TABLES.values():
            statement = select(table.c.source_key).where(table.c.source_key.in_(source_keys))
            found.update((await self._connection.execute(statement)).scalars())
        return found
