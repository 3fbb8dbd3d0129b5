"""Root queries of the media subgraph: channels and videos."""

import strawberry

from domain.ids import ChannelId, VideoId
from domain.media import videos as media
from domain.pages import Page, page_request
from resolvers.media import channels, videos
from schema.caching import SHORT, good_for
from schema.costs import PAGED
from schema.ids import parse_id
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.video_types import Channel, Video


@strawberry.type
class VideoQuery:
    """What is asked of channels and videos."""

    @strawberry.field(graphql_type=Video | None, description="One video by its id.")
    @staticmethod
    async def video(info: Info, id: strawberry.ID) -> media.Video | None:  # noqa: A002
        """A video."""
        return await videos.find_video(info.context, VideoId(parse_id(id, "Video")))

    @strawberry.field(
        graphql_type=Connection[Video] | None,
        directives=[PAGED, good_for(SHORT)],
        description="Public videos, the newest first.",
    )
    @staticmethod
    async def videos(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Video]:
        """A page of what anyone may watch."""
        return await videos.list_videos(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Video] | None,
        directives=[PAGED],
        description="My own videos, drafts included, the newest first.",
    )
    @staticmethod
    async def my_videos(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Video]:
        """A page of the viewer's videos."""
        return await videos.list_my_videos(info.context, page_request(first, after))

    @strawberry.field(graphql_type=Channel | None, description="One channel by its id.")
    @staticmethod
    async def channel(info: Info, id: strawberry.ID) -> media.Channel | None:  # noqa: A002
        """A channel."""
        return await channels.find_channel(info.context, ChannelId(parse_id(id, "Channel")))

    @strawberry.field(
        graphql_type=Channel | None, description="The channel of a handle, with or without `@`."
    )
    @staticmethod
    async def channel_by_handle(info: Info, handle: str) -> media.Channel | None:
        """A channel by its handle."""
        return await channels.find_channel_by_handle(info.context, handle)

    @strawberry.field(
        graphql_type=Connection[Channel] | None,
        directives=[PAGED],
        description="My own channels, the newest first.",
    )
    @staticmethod
    async def my_channels(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Channel]:
        """A page of the viewer's channels."""
        return await channels.list_my_channels(info.context, page_request(first, after))
