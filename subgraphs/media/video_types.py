"""Types of channels and videos."""

from collections.abc import Sequence

import strawberry

from domain.ids import ChannelId, VideoId
from domain.media import contributors as credited
from domain.media import moving_pictures
from domain.media import videos as media
from domain.media.video_streams import VideoQuality
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.media import channels, labelling, video_playing, videos
from schema.batched import batched, references
from schema.caching import SHORT, good_for
from schema.costs import PAGED, ListSize
from schema.ids import parse_id
from schema.pagination import Connection
from subgraphs.media.contributor_types import Contributor
from subgraphs.media.nodes import Node
from subgraphs.media.playable_types import Creator, Playable
from subgraphs.media.video_stream_types import (
    Subtitles,
    Thumbnail,
    VideoRendition,
    VideoStream,
)


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
    language: str | None = strawberry.field(description="What is spoken in it (BCP 47).")
    is_explicit: bool
    width: int | None = strawberry.field(description="Of the original, upright, in pixels.")
    height: int | None
    frame_rate: float | None = strawberry.field(description="Of the original, frames per second.")

    @strawberry.field(graphql_type=VideoStream | None, description="Null until it is READY.")
    @batched
    async def stream(
        parents: Sequence[media.Video],
        ctx: RequestContext,
        quality: VideoQuality = VideoQuality.P1080,
    ) -> list[video_playing.VideoStream | None]:
        """Where to see each."""
        return await video_playing.streams_of(ctx, parents, quality)

    @strawberry.field(
        graphql_type=list[VideoRendition],
        directives=[ListSize(assumed_size=5)],
        description="The sizes of its stream, the smallest first; none until it is READY.",
    )
    @batched
    async def renditions(
        parents: Sequence[media.Video], ctx: RequestContext
    ) -> list[list[moving_pictures.VideoRendition]]:
        """The sizes of each."""
        found = await video_playing.files_of(ctx, parents)
        return [[] if files is None else files.renditions for files in found]

    @strawberry.field(
        graphql_type=list[Thumbnail],
        directives=[ListSize(assumed_size=3)],
        description="The same picture in sizes, the smallest first; none until it is READY.",
    )
    @batched
    def thumbnails(
        parents: Sequence[media.Video], ctx: RequestContext
    ) -> list[list[video_playing.Thumbnail]]:
        """The pictures of each."""
        return [video_playing.thumbnails_of(ctx, video) for video in parents]

    @strawberry.field(
        graphql_type=str | None,
        description=(
            "A WebVTT file that says which part of which picture shows which moment, for players "
            "that preview while one seeks; null until it is READY."
        ),
    )
    @batched
    def storyboard_url(parents: Sequence[media.Video], ctx: RequestContext) -> list[str | None]:
        """The storyboards' addresses."""
        return video_playing.storyboard_urls_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[Subtitles],
        directives=[ListSize(assumed_size=4)],
        description="Texts in the languages of its file.",
    )
    @batched
    async def subtitles(
        parents: Sequence[media.Video], ctx: RequestContext
    ) -> list[list[video_playing.SubtitleFile]]:
        """The subtitles of each."""
        return await video_playing.subtitles_of(ctx, parents)

    @strawberry.field(graphql_type=Channel, description="Where it stands.")
    @batched
    async def channel(parents: Sequence[media.Video], ctx: RequestContext) -> list[media.Channel]:
        """The channel each is on."""
        return await channels.channels_of(ctx, parents)

    @strawberry.field(
        graphql_type=list[Contributor],
        directives=[ListSize(assumed_size=10)],
        description="Who took part, in the order of its owner.",
    )
    @batched
    async def contributors(
        parents: Sequence[media.Video], ctx: RequestContext
    ) -> list[list[credited.Contributor]]:
        """The credits of each."""
        return await labelling.contributors_of(ctx, "Video", parents)

    @references(lambda text: VideoId(parse_id(text, "Video")))
    async def resolve_references(
        keys: Sequence[VideoId], ctx: RequestContext
    ) -> list[media.Video | None]:
        """Answer other subgraphs' mentions of videos."""
        return await videos.find_videos(ctx, keys)
