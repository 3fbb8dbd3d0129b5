"""Finding, changing and publishing videos."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.repositories.media.catalogue import MediaRepository
from domain.ids import ChannelId, VideoId
from domain.media import labels, rules, video_rules
from domain.media.videos import Video
from domain.pages import (
    Page,
    PageRequest,
    before_instant,
    before_text,
    build_page,
    instant_cursor,
)
from domain.policies.videos import may_see_video, require_manage_video, require_own_video
from loaders.media.videos import PUBLIC_VIDEOS, VIDEOS_OF_OWNER
from resolvers.context import RequestContext
from resolvers.media.labelling import index_tags
from resolvers.media.video_releases import save_video


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTexts:
    """What somebody says of a video; None leaves it as it is."""

    title: str | None = None
    description: str | None = None
    tags: Sequence[str] | None = None
    language: str | None = None
    """Empty for a video without speech."""
    is_explicit: bool | None = None


async def find_video(ctx: RequestContext, video_id: VideoId) -> Video | None:
    """A video; None where this viewer may not see one."""
    return (await find_videos(ctx, [video_id]))[0]


async def find_videos(ctx: RequestContext, video_ids: Sequence[VideoId]) -> list[Video | None]:
    """Videos by their ids, each as `find_video`."""
    found = await ctx.loaders.media.video_by_id.load_all(video_ids)
    return [each if each and may_see_video(ctx.viewer, each) else None for each in found]


async def list_videos(ctx: RequestContext, page: PageRequest) -> Page[Video]:
    """Public videos, the newest publication first; read with their channels."""
    at, key = before_instant(page)
    rows = await ctx.read("media").fetch(PUBLIC_VIDEOS, at=at, id=key, limit=page.first + 1)
    ctx.loaders.media.channel_by_id.keep({channel.id: channel for _, channel in rows})
    return build_page([video for video, _ in rows], page, _by_publication)


async def list_my_videos(ctx: RequestContext, page: PageRequest) -> Page[Video]:
    """The viewer's own videos, drafts included, the newest first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    owner_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        VIDEOS_OF_OWNER, owner_id=owner_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda video: (video.id,))


async def list_videos_of_channels(
    ctx: RequestContext, channel_ids: Sequence[ChannelId], page: PageRequest
) -> list[Page[Video]]:
    """Each channel's videos that the viewer may see, the newest first."""
    loader = ctx.loaders.media.videos_by_channel_id(
        ctx.viewer.sight, limit=page.first + 1, before=before_text(page)
    )
    found = await loader.load_all(channel_ids)
    return [build_page(rows, page, lambda video: (video.id,)) for rows in found]


async def update_video(ctx: RequestContext, video_id: VideoId, texts: VideoTexts) -> Video:
    """Change what a video says of itself; what is left out stays. Twice is once.

    Raises:
        NotFound: no such video for this viewer.
        Forbidden: the viewer neither owns it nor is an admin.
        BadInput: a text is out of its bounds, or there are too many tags.
    """
    changes = checked_texts(texts)
    async with ctx.unit_of_work(MediaRepository) as uow:
        video = require_manage_video(ctx.viewer, await uow.rows.lock_video(video_id))
        changed = replace(video, **changes)
        if changed == video:
            return video
        changed = await save_video(uow, changed)
        await index_tags(uow, video, changed)
        await uow.commit()
    ctx.loaders.media.video_by_id.clear(video_id)
    return changed


async def publish_video(ctx: RequestContext, video_id: VideoId) -> Video:
    """Let a video go: public at once when READY, else as soon as it is. Twice is once.

    Raises:
        NotFound: no such video for this viewer.
        Forbidden: the viewer does not own it.
        TrackNotReady: its processing failed.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        video = require_own_video(ctx.viewer, await uow.rows.lock_video(video_id))
        published = rules.publish(video, now=ctx.clock.now())
        if published == video:
            return video
        published = await save_video(uow, published)
        await uow.commit()
    ctx.loaders.media.video_by_id.clear(video_id)
    return published


def checked_texts(texts: VideoTexts) -> dict[str, Any]:
    """The fields that change, by name; `Any`: each has a type of its own.

    Raises:
        BadInput: a text is out of its bounds, or there are too many tags.
    """
    changes: dict[str, Any] = {}
    if texts.title is not None:
        changes["title"] = rules.checked_title(texts.title, field="title")
    if texts.description is not None:
        changes["description"] = video_rules.checked_description(texts.description)
    if texts.tags is not None:
        changes["tags"] = labels.checked_tags(texts.tags)
    if texts.language is not None:
        changes["language"] = video_rules.checked_language(texts.language)
    if texts.is_explicit is not None:
        changes["is_explicit"] = texts.is_explicit
    return changes


def _by_publication(video: Video) -> tuple[int, str]:
    assert video.published_at is not None, "public videos are published"
    return instant_cursor(video.published_at), video.id
