"""Types of channels and videos."""

from collections.abc import Sequence

import strawberry

from domain.ids import ChannelId, VideoId
from domain.media import videos as media
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.media import channels, videos
from schema.batched import batched, references
from schema.caching import SHORT, good_for
from schema.costs import PAGED
from schema.ids import parse_id
from schema.pagination import Connection
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Creator, Playable


@strawberry.federation.type(
    keys=["id"], directives=[good_for(SHORT)], description="The home of somebody's videos."
)
class Channel(Node, Creator):
    """A channel."""

    handle: str = strawberry.field(description="What names it in addresses; nobody else's.")
    description: str

    @strawberry.field(
        graphql_type=Connection["Video"], directives=[PAGED], description="The newest first."
    )
    @batched
    async def videos(
        parents: Sequence[media.Channel],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[media.Video]]:
        """A page of each channel's videos."""
        keys = [channel.id for channel in parents]
        return await videos.list_videos_of_channels(ctx, keys, page_request(first, after))

    @references(lambda text: ChannelId(parse_id(text, "Channel")))
    async def resolve_references(
        keys: Sequence[ChannelId], ctx: RequestContext
    ) -> list[media.Channel | None]:
        """Answer other subgraphs' mentions of channels."""
        return await channels.find_channels(ctx, keys)


@strawberry.federation.type(keys=["id"], directives=[good_for(SHORT)], description="A video.")
class Video(Node, Playable):
    """Moving pictures that can be played."""

    description: str
    tags: list[str]
    language: str | None = strawberry.field(description="What is spoken in it (BCP 47).")
    is_explicit: bool
    width: int | None = strawberry.field(description="Of the original, upright, in pixels.")
    height: int | None
    frame_rate: float | None = strawberry.field(description="Of the original, frames per second.")

    @strawberry.field(graphql_type=Channel, description="Where it stands.")
    @batched
    async def channel(parents: Sequence[media.Video], ctx: RequestContext) -> list[media.Channel]:
        """The channel each is on."""
        return await channels.channels_of(ctx, parents)

    @references(lambda text: VideoId(parse_id(text, "Video")))
    async def resolve_references(
        keys: Sequence[VideoId], ctx: RequestContext
    ) -> list[media.Video | None]:
        """Answer other subgraphs' mentions of videos."""
        return await videos.find_videos(ctx, keys)
