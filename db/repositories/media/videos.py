"""Channels and videos inside a unit of work."""

import msgspec
from sqlalchemy import func, select, text

from db.repositories.media.rows import MediaRows
from db.rows import (
    fetch_records,
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.media.catalogue import AWAITED
from db.tables.media.videos import channels, video_files, videos
from domain.ids import ChannelId, UserId, VideoId
from domain.media.moving_pictures import VideoFiles
from domain.media.search_entries import channel_entry, video_entry
from domain.media.videos import Channel, Video


class VideoRows(MediaRows):
    """Reads for update and writes of channels and videos; search finds what is written."""

    async def add_channel(self, channel: Channel) -> bool:
        """Add a channel; False where another one has its handle."""
        if not await insert_new(self._connection, channels, values_of(channel)):
            return False
        await self._index_channel(channel)
        return True

    async def lock_channel(self, channel_id: ChannelId) -> Channel | None:
        """A channel, held for update."""
        statement = select(channels).where(channels.c.id == channel_id)
        return await lock_record(self._connection, statement, Channel)

    async def find_channel_by_handle(self, handle: str) -> Channel | None:
        """Whose handle it is."""
        statement = select(channels).where(channels.c.handle == handle)
        found = await fetch_records(self._connection, statement, Channel)
        return found[0] if found else None

    async def count_channels(self, owner_id: UserId) -> int:
        """How many channels an account has."""
        statement = select(func.count()).select_from(channels)
        owned = statement.where(channels.c.owner_id == owner_id)
        return int((await self._connection.execute(owned)).scalar_one())

    async def save_channel(self, channel: Channel) -> None:
        """Write a changed channel."""
        await update_record(self._connection, channels, channel)
        await self._index_channel(channel)

    async def add_video(self, video: Video) -> None:
        """Add a video."""
        await insert_record(self._connection, videos, video)
        await self._index_video(video)

    async def lock_video(self, video_id: VideoId) -> Video | None:
        """A video, held for update."""
        statement = select(videos).where(videos.c.id == video_id)
        return await lock_record(self._connection, statement, Video)

    async def count_awaited_videos(self, owner_id: UserId) -> int:
        """The owner's videos whose files have not come."""
        statement = select(func.count()).select_from(videos)
        awaited = statement.where(videos.c.owner_id == owner_id, text(AWAITED))
        return int((await self._connection.execute(awaited)).scalar_one())

    async def save_video(self, video: Video) -> None:
        """Write a changed video."""
        await update_record(self._connection, videos, video)
        await self._index_video(video)

    async def save_video_files(self, files: VideoFiles) -> None:
        """Write what a video's stream consists of, over what it was before."""
        values = msgspec.to_builtins(files)
        await upsert(self._connection, video_files, values, keys=("video_id",))

    async def _index_channel(self, channel: Channel) -> None:
        await self._index.write(channel_entry(channel))

    async def _index_video(self, video: Video) -> None:
        name = select(channels.c.name).where(channels.c.id == video.channel_id)
        channel = (await self._connection.execute(name)).scalar_one()
        await self._index.write(video_entry(video, channel))
