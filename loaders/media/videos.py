"""Reads of channels and videos."""

from typing import Any

import msgspec
from sqlalchemy import Integer, Text, bindparam, select, tuple_

from db.read import Query, SideBySide, key_in, query
from db.tables.media.videos import channels, video_files, videos
from db.types import Instant
from domain.ids import ChannelId, VideoId
from domain.media.moving_pictures import VideoFiles
from domain.media.videos import Channel, Video
from loaders.batch import BatchLoader, GroupLoader
from loaders.media.catalogue import IS_PUBLIC, playable_is_seen
from loaders.pages import newest_of_each

PUBLIC_VIDEOS: Query[tuple[Video, Channel]] = Query(
    select(videos, channels)
    # Written so that SQLite begins with the videos: each has a channel.
    .outerjoin(channels, channels.c.id == videos.c.channel_id)
    .where(
        IS_PUBLIC,
        tuple_(videos.c.published_at, videos.c.id)
        < tuple_(bindparam("at", type_=Instant), bindparam("id", type_=Text)),
    )
    .order_by(videos.c.published_at.desc(), videos.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    SideBySide((Video, Channel), (videos, channels)),
)
VIDEOS_OF_OWNER = query(
    select(videos)
    .where(
        videos.c.owner_id == bindparam("owner_id", type_=Text),
        videos.c.id < bindparam("before", type_=Text),
    )
    .order_by(videos.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Video,
)
CHANNELS_OF_OWNER = query(
    select(channels)
    .where(
        channels.c.owner_id == bindparam("owner_id", type_=Text),
        channels.c.id < bindparam("before", type_=Text),
    )
    .order_by(channels.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Channel,
)
CHANNEL_BY_HANDLE = query(
    select(channels).where(channels.c.handle == bindparam("handle", type_=Text)), Channel
)


class ChannelById(BatchLoader[ChannelId, Channel]):
    """Channel ids to channels."""

    query = query(select(channels).where(key_in(channels.c.id)), Channel)


class VideoById(BatchLoader[VideoId, Video]):
    """Video ids to videos, drafts included: who may see one is for policies to say."""

    query = query(select(videos).where(key_in(videos.c.id)), Video)


def _files(**fields: Any) -> VideoFiles:
    return msgspec.convert(fields, VideoFiles)


class FilesByVideoId(BatchLoader[VideoId, VideoFiles]):
    """Video ids to what their streams consist of; only READY videos have any."""

    query = query(select(video_files).where(key_in(video_files.c.video_id)), _files)
    key_name = "video_id"


class VideosByChannelId(GroupLoader[ChannelId, Video]):
    """Channel ids to a page of the videos that a `Sight` covers, the newest first."""

    query = newest_of_each(videos, "channel_id", Video, playable_is_seen)
    key_name = "channel_id"
