"""Records of channels and videos for tests."""

from dataclasses import replace
from typing import Any

from db.repositories.media.catalogue import MediaRepository
from domain.ids import ChannelId, PlayableKey, PlayableKind, UserId, VideoId
from domain.media.records import PlayableState
from domain.media.videos import Channel, Video, new_video
from domain.messages.events import VideoChanged
from resolvers.context import UseCaseContext
from tests.factories.media import LONG_AGO


def a_channel(key: str = "channel-1", **changes: Any) -> Channel:
    """A channel of Anna's."""
    channel = Channel(
        id=ChannelId(key),
        owner_id=UserId("anna"),
        name=f"Films of {key}",
        handle=key,
        description="",
        image_key=None,
        version=1,
        created_at=LONG_AGO,
    )
    return replace(channel, **changes)


def a_video_draft(key: str = "video-1", **changes: Any) -> Video:
    """A video of Anna's that waits for its file."""
    title = f"Film {key}"
    draft = new_video(VideoId(key), a_channel(), title=title, file_name=f"{key}.mp4", now=LONG_AGO)
    return replace(draft, **changes)


def a_video(key: str = "video-1", **changes: Any) -> Video:
    """A public video of Anna's: a minute, ready and published."""
    ready: dict[str, Any] = {
        "state": PlayableState.READY,
        "published_at": LONG_AGO,
        "duration_ms": 60_000,
        "source_key": f"originals/ab/{key}",
        "source_hash": f"hash-{key}",
        "source_bytes": 9_000,
        "codec": "h264",
        "width": 1280,
        "height": 720,
        "frame_rate": 25.0,
        "thumbnail_widths": [320, 640],
        "hls_key": f"hls/{key}/hash-{key}/master.m3u8",
    }
    return a_video_draft(key, **{**ready, **changes})


def a_video_change(video: str = "v1", **changes: object) -> VideoChanged:
    """Media's word on a public video."""
    values = {
        "video_id": VideoId(video),
        "channel_id": ChannelId("c1"),
        "owner_id": UserId("anna"),
        "title": f"Film {video}",
        "state": "READY",
        "is_public": True,
        "duration_ms": 60_000,
        "source_key": None,
        "version": 1,
    }
    return VideoChanged(**(values | changes))


def video_key(video: str = "video-1") -> PlayableKey:
    """The key of a video."""
    return PlayableKey(PlayableKind.VIDEO, video)


async def keep_videos(ctx: UseCaseContext, *records: Channel | Video) -> None:
    """Write channels and videos, as they are."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        for record in records:
            if isinstance(record, Channel):
                assert await uow.rows.add_channel(record)
            else:
                await uow.rows.add_video(record)
        await uow.commit()


async def keep_channels_of_films(ctx: UseCaseContext, count: int) -> None:
    """Write so many public videos, each on a channel of its own."""
    for number in range(count):
        key = f"{number:05d}"
        channel = a_channel(f"channel-{key}")
        await keep_videos(ctx, channel, a_video(f"video-{key}", channel_id=channel.id))
