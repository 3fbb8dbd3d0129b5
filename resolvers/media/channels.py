"""Finding, making and changing channels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from db.repositories.media.catalogue import MediaRepository
from domain.ids import ChannelId, UserId, new_id
from domain.media import video_rules
from domain.media.videos import Channel, Video
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.videos import require_make_channel, require_manage_channel
from errors import HandleTaken, TooLarge
from loaders.media.videos import CHANNEL_BY_HANDLE, CHANNELS_OF_OWNER
from resolvers.context import RequestContext
from resolvers.media.video_releases import add_channel, save_channel
from resolvers.media.work import MediaWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTexts:
    """What somebody says of a channel; None leaves it as it is."""

    name: str | None = None
    handle: str | None = None
    description: str | None = None


async def find_channel(ctx: RequestContext, channel_id: ChannelId) -> Channel | None:
    """A channel; all are public."""
    return (await find_channels(ctx, [channel_id]))[0]


async def find_channels(
    ctx: RequestContext, channel_ids: Sequence[ChannelId]
) -> list[Channel | None]:
    """Channels by their ids, each as `find_channel`."""
    return await ctx.loaders.media.channel_by_id.load_all(channel_ids)


async def find_channel_by_handle(ctx: RequestContext, handle: str) -> Channel | None:
    """The channel that a handle names, with or without `@`.

    Raises:
        BadInput: the text is no handle.
    """
    wanted = video_rules.checked_handle(handle)
    found = await ctx.read("media").fetch(CHANNEL_BY_HANDLE, handle=wanted)
    return found[0] if found else None


async def channels_of(ctx: RequestContext, videos: Sequence[Video]) -> list[Channel]:
    """The channel that each is on."""
    found = await ctx.loaders.media.channel_by_id.load_all([video.channel_id for video in videos])
    channels = [channel for channel in found if channel is not None]
    assert len(channels) == len(videos), "channels are never removed"
    return channels


async def list_my_channels(ctx: RequestContext, page: PageRequest) -> Page[Channel]:
    """The viewer's own channels, the newest first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    owner_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        CHANNELS_OF_OWNER, owner_id=owner_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda channel: (channel.id,))


async def create_channel(
    ctx: RequestContext, *, name: str, handle: str, description: str = ""
) -> Channel:
    """Make a channel; to ask again for one's own changes nothing.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator.
        BadInput: a text is out of its bounds.
        HandleTaken: another channel has this handle.
        TooLarge: the account has as many channels as it may have.
    """
    owner_id = require_make_channel(ctx.viewer)
    channel = Channel(
        id=ChannelId(new_id()),
        owner_id=owner_id,
        name=video_rules.checked_name(name),
        handle=video_rules.checked_handle(handle),
        description=video_rules.checked_description(description),
        image_key=None,
        version=1,
        created_at=ctx.clock.now(),
    )
    async with ctx.unit_of_work(MediaRepository) as uow:
        before = await uow.rows.find_channel_by_handle(channel.handle)
        if before is not None:
            return _the_same(channel, before)
        await _require_room(uow, owner_id)
        if not await add_channel(uow, channel):
            raise _taken(channel.handle)
        await uow.commit()
    return channel


async def update_channel(
    ctx: RequestContext, channel_id: ChannelId, texts: ChannelTexts
) -> Channel:
    """Change what a channel says of itself; what is left out stays. Twice is once.

    Raises:
        NotFound: there is no such channel.
        Unauthenticated, Forbidden: the viewer neither owns it nor is an admin.
        BadInput: a text is out of its bounds.
        HandleTaken: another channel has this handle.
    """
    changes = _checked(texts)
    async with ctx.unit_of_work(MediaRepository) as uow:
        channel = require_manage_channel(ctx.viewer, await uow.rows.lock_channel(channel_id))
        changed = replace(channel, **changes)
        if changed == channel:
            return channel
        holder = await uow.rows.find_channel_by_handle(changed.handle)
        if holder is not None and holder.id != channel.id:
            raise _taken(changed.handle)
        changed = await save_channel(uow, changed)
        await uow.commit()
    ctx.loaders.media.channel_by_id.clear(channel_id)
    return changed


def _checked(texts: ChannelTexts) -> dict[str, Any]:
    """The fields that change, by name."""
    changes: dict[str, Any] = {}
    if texts.name is not None:
        changes["name"] = video_rules.checked_name(texts.name)
    if texts.handle is not None:
        changes["handle"] = video_rules.checked_handle(texts.handle)
    if texts.description is not None:
        changes["description"] = video_rules.checked_description(texts.description)
    return changes


def _the_same(wanted: Channel, before: Channel) -> Channel:
    """The channel that was made before, if it is what its owner asks for again."""
    if (before.owner_id, before.name) != (wanted.owner_id, wanted.name):
        raise _taken(wanted.handle)
    return before


async def _require_room(uow: MediaWork, owner_id: UserId) -> None:
    if await uow.rows.count_channels(owner_id) >= video_rules.CHANNELS_MAX:
        raise TooLarge(f"An account has at most {video_rules.CHANNELS_MAX} channels.")


def _taken(handle: str) -> HandleTaken:
    return HandleTaken(f"Another channel is called @{handle}.", field="handle")
