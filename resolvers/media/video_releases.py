"""What every change of a channel or video brings with it, in the same commit."""

from dataclasses import replace

from domain.media.videos import Channel, Video
from domain.messages.events import ChannelChanged, VideoChanged
from resolvers.media.feed import note_change
from resolvers.media.work import MediaWork


async def add_channel(uow: MediaWork, channel: Channel) -> bool:
    """Add a new channel and tell of it; False where another one has its handle."""
    if not await uow.rows.add_channel(channel):
        return False
    await _tell_of_channel(uow, channel)
    return True


async def save_channel(uow: MediaWork, channel: Channel) -> Channel:
    """Write a changed channel with its next version and tell of it."""
    changed = replace(channel, version=channel.version + 1)
    await uow.rows.save_channel(changed)
    await _tell_of_channel(uow, changed)
    return changed


async def add_video(uow: MediaWork, video: Video) -> Video:
    """Add a new video and tell the other domains of it."""
    await uow.rows.add_video(video)
    await _tell_of_video(uow, video)
    return video


async def save_video(uow: MediaWork, video: Video) -> Video:
    """Write a changed video with its next version and tell the other domains of it."""
    changed = replace(video, version=video.version + 1)
    await uow.rows.save_video(changed)
    await _tell_of_video(uow, changed)
    return changed


async def _tell_of_channel(uow: MediaWork, channel: Channel) -> None:
    note_change(uow, "Channel", channel.id, is_public=True)
    await uow.publish(
        ChannelChanged(
            channel_id=channel.id,
            owner_id=channel.owner_id,
            title=channel.name,
            handle=channel.handle,
            version=channel.version,
        )
    )


async def _tell_of_video(uow: MediaWork, video: Video) -> None:
    note_change(uow, "Video", video.id, is_public=video.is_public)
    await uow.publish(
        VideoChanged(
            video_id=video.id,
            channel_id=video.channel_id,
            owner_id=video.owner_id,
            title=video.title,
            state=video.state.value,
            is_public=video.is_public,
            duration_ms=video.duration_ms,
            source_key=video.source_key,
            version=video.version,
        )
    )
