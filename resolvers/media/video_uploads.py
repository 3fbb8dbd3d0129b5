"""New videos: drafts on a channel that wait for their file, or have it already."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.uploads import UploadRepository
from domain.ids import ChannelId, PlayableKind, VideoId, new_id
from domain.media import object_keys, rules
from domain.media.file_names import title_of_file
from domain.media.file_types import require_playable
from domain.media.videos import Channel, Video, new_video
from domain.policies.media import require_upload
from domain.policies.videos import require_own_channel
from errors import BadInput, TooManyDrafts
from resolvers.context import RequestContext
from resolvers.media import receiving
from resolvers.media.storage_room import reserve
from resolvers.media.uploads import ORIGINAL_TYPE, addresses_of, head_of
from resolvers.media.video_releases import add_video
from resolvers.media.videos import VideoTexts, checked_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVideo:
    """What a creator says of a file to come."""

    channel_id: ChannelId
    file_name: str
    size_bytes: int
    texts: VideoTexts
    allow_duplicate: bool = False
    """Whether a second video of a file that the owner has already is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoUpload:
    """A draft and where its file goes."""

    video: Video
    url: str
    """PUT the file's bytes here."""
    expires_at: datetime
    """Until when the PUT must have begun."""
    tus_url: str
    """Or send them in pieces, by the tus protocol, from here."""


async def upload_video(ctx: RequestContext, new: NewVideo) -> VideoUpload:
    """Make a draft that waits for its file.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator, or the channel is somebody else's.
        NotFound: there is no such channel.
        TooLarge: the file claims more bytes than may be uploaded.
        BadInput: a text or number is out of its bounds.
        TooManyDrafts: too many files of the viewer's are waited for.
        StorageQuotaExceeded: the viewer has no room for it.
    """
    owner_id = require_upload(ctx.viewer)
    size = rules.checked_size(new.size_bytes, bytes_max=ctx.limits.upload_bytes_max)
    file_name = rules.checked_file_name(new.file_name)
    texts = checked_texts(new.texts)
    async with ctx.unit_of_work(MediaRepository) as uow:
        channel = require_own_channel(ctx.viewer, await uow.rows.lock_channel(new.channel_id))
        if await uow.rows.count_awaited_videos(owner_id) >= rules.AWAITED_MAX:
            raise TooManyDrafts(
                f"At most {rules.AWAITED_MAX} videos wait for their files; upload those first."
            )
        draft = replace(_draft(ctx, channel, file_name), **texts)
        video = await add_video(uow, draft)
        reserved = await reserve(
            ctx,
            UploadRepository(uow.connection),
            video.playable,
            owner_id=owner_id,
            size_bytes=size,
            allow_duplicate=new.allow_duplicate,
        )
        await uow.commit()
    addresses = addresses_of(ctx, video.playable, reserved)
    return VideoUpload(
        video=video,
        url=addresses.url,
        expires_at=addresses.expires_at,
        tus_url=addresses.tus_url,
    )


async def add_video_with_file(
    ctx: RequestContext, new: NewVideo, *, path: Path, size: int, source_hash: str
) -> Video:
    """Make a draft of a file that lies on disk already, and hand it over to the workers.

    Raises:
        BadInput: the file is not as large as it was said to be; and as `upload_video`.
    """
    if size != new.size_bytes:
        raise BadInput(f"The file has {size} bytes, not {new.size_bytes}.", field="sizeBytes")
    found = require_playable(await asyncio.to_thread(head_of, path), PlayableKind.VIDEO)
    key = (await upload_video(ctx, new)).video.playable
    await receiving.require_awaited(ctx, key, source_hash=source_hash, source_bytes=size)
    source_key = object_keys.original_key(source_hash)
    await ctx.ports.store.put_file(source_key, path, ORIGINAL_TYPE)
    video, _job_id = await receiving.receive(
        ctx,
        key,
        source_key=source_key,
        source_hash=source_hash,
        source_bytes=size,
        source_type=found.mime,
    )
    assert isinstance(video, Video)
    return video


def _draft(ctx: RequestContext, channel: Channel, file_name: str) -> Video:
    title = title_of_file(file_name)
    return new_video(
        VideoId(new_id()), channel, title=title, file_name=file_name, now=ctx.clock.now()
    )
