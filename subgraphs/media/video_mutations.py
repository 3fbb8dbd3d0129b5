"""Root mutations of the media subgraph: channels and videos."""

import strawberry

from domain.ids import ChannelId, VideoId
from resolvers.media import channels, playables, videos
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.video_inputs import (
    CreateChannelInput,
    PublishVideoInput,
    UnpublishInput,
    UpdateChannelInput,
    UpdateVideoInput,
)
from subgraphs.media.video_payloads import ChannelPayload, UnpublishPayload, VideoPayload


@strawberry.type
class VideoMutation:
    """What is told of channels and videos."""

    @strawberry.mutation(
        graphql_type=ChannelPayload | None, description="Make a home for videos; for creators."
    )
    @staticmethod
    @with_problems(ChannelPayload)
    async def create_channel(info: Info, input: CreateChannelInput) -> ChannelPayload:  # noqa: A002
        """Make a channel."""
        channel = await channels.create_channel(
            info.context, name=input.name, handle=input.handle, description=input.description
        )
        return ChannelPayload(channel=channel)

    @strawberry.mutation(
        graphql_type=ChannelPayload | None,
        description="Change what a channel of mine says of itself.",
    )
    @staticmethod
    @with_problems(ChannelPayload)
    async def update_channel(info: Info, input: UpdateChannelInput) -> ChannelPayload:  # noqa: A002
        """Change a channel."""
        texts = channels.ChannelTexts(
            name=input.name, handle=input.handle, description=input.description
        )
        channel_id = ChannelId(parse_id(input.channel_id, "Channel"))
        channel = await channels.update_channel(info.context, channel_id, texts)
        return ChannelPayload(channel=channel)

    @strawberry.mutation(
        graphql_type=VideoPayload | None, description="Change what a video of mine says of itself."
    )
    @staticmethod
    @with_problems(VideoPayload)
    async def update_video(info: Info, input: UpdateVideoInput) -> VideoPayload:  # noqa: A002
        """Change a video's texts."""
        texts = videos.VideoTexts(
            title=input.title,
            description=input.description,
            tags=input.tags,
            language=input.language,
            is_explicit=input.is_explicit,
        )
        video_id = VideoId(parse_id(input.video_id, "Video"))
        return VideoPayload(video=await videos.update_video(info.context, video_id, texts))

    @strawberry.mutation(
        graphql_type=VideoPayload | None,
        description="Let a video of mine go: public at once when READY, else as soon as it is.",
    )
    @staticmethod
    @with_problems(VideoPayload)
    async def publish_video(info: Info, input: PublishVideoInput) -> VideoPayload:  # noqa: A002
        """Publish a video."""
        video_id = VideoId(parse_id(input.video_id, "Video"))
        return VideoPayload(video=await videos.publish_video(info.context, video_id))

    @strawberry.mutation(
        graphql_type=UnpublishPayload | None,
        description="Take a track or video back: nobody else sees it until it is published anew.",
    )
    @staticmethod
    @with_problems(UnpublishPayload)
    async def unpublish(info: Info, input: UnpublishInput) -> UnpublishPayload:  # noqa: A002
        """Hide a playable."""
        key = parse_playable_id(input.playable_id)
        return UnpublishPayload(playable=await playables.unpublish(info.context, key))
