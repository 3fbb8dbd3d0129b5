"""What was made of files, inside a unit of work."""

from typing import Any, ClassVar

import msgspec
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import upsert
from db.tables.media.catalogue import tracks
from db.tables.media.processing import streams
from domain.ids import AlbumId, PlayableKind
from domain.media.loudness import Blocks
from domain.media.records import PlayableState
from domain.media.stream_records import MeasuredTrack, StreamFacts

ALBUM_TRACKS_MAX = 1_000
"""More tracks than this do not change what their album is measured as."""


class StreamsRepository:
    """Writes what was made of files, and reads what albums are measured by."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save_stream(self, stream: StreamFacts, blocks: Blocks) -> None:
        """Write what was made of a file, over what was made of it before."""
        values = msgspec.to_builtins(stream, str_keys=True)
        told = {str(place): count for place, count in sorted(blocks.items())}
        await upsert(
            self._connection, streams, {**values, "loudness_blocks": told}, keys=("playable",)
        )

    async def measured_tracks(self, album_id: AlbumId) -> list[MeasuredTrack]:
        """An album's READY tracks, without those that were deleted."""
        playable = literal(f"{PlayableKind.TRACK}:") + tracks.c.id
        statement = (
            select(tracks.c.true_peak_db, streams.c.loudness_blocks)
            .join(streams, streams.c.playable == playable)
            .where(
                tracks.c.album_id == album_id,
                tracks.c.state == PlayableState.READY,
                tracks.c.deleted_at.is_(None),
            )
            .limit(ALBUM_TRACKS_MAX)
        )
        rows = (await self._connection.execute(statement)).all()
        return [_measured(row.true_peak_db, row.loudness_blocks) for row in rows]


def _measured(true_peak_db: float | None, blocks: dict[str, Any]) -> MeasuredTrack:
    told = {int(place): int(count) for place, count in blocks.items()}
    return MeasuredTrack(true_peak_db=true_peak_db, blocks=told)
