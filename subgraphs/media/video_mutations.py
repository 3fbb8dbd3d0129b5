"""Root mutations of the media subgraph: channels and videos."""

import strawberry

from domain.ids import ChannelId, VideoId
from resolvers.media import channels, playables, video_uploads, videos
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from schema.uploads import Upload
from subgraphs.media.video_inputs import (
    CreateChannelInput,
    PublishVideoInput,
    UnpublishInput,
    UpdateChannelInput,
    UpdateVideoInput,
    UploadVideoInput,
)
from subgraphs.media.video_payloads import (
    ChannelPayload,
    UnpublishPayload,
    UploadVideoPayload,
    VideoPayload,
)


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
        graphql_type=UploadVideoPayload | None,
        description=(
            "Make a draft on a channel of mine and get addresses to send its file to, unless it "
            "comes with the request; for creators."
        ),
    )
    @staticmethod
    @with_problems(UploadVideoPayload)
    async def upload_video(
        info: Info,
        input: UploadVideoInput,  # noqa: A002
        file: Upload | None = None,
    ) -> UploadVideoPayload:
        """Make a draft that waits for its file, or has it already."""
        new = _new_video(input)
        if file is not None:
            video = await video_uploads.add_video_with_file(
                info.context, new, path=file.path, size=file.size, source_hash=str(file)
            )
            return UploadVideoPayload(video=video)
        upload = await video_uploads.upload_video(info.context, new)
        return UploadVideoPayload(
            video=upload.video,
            upload_url=upload.url,
            expires_at=upload.expires_at,
            tus_url=upload.tus_url,
        )

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


def _new_video(said: UploadVideoInput) -> video_uploads.NewVideo:
    texts = videos.VideoTexts(
        title=said.title,
        description=said.description,
        tags=said.tags,
        language=said.language,
        is_explicit=said.is_explicit,
    )
    return video_uploads.NewVideo(
        channel_id=ChannelId(parse_id(said.channel_id, "Channel")),
        file_name=said.file_name,
        size_bytes=said.size_bytes,
        texts=texts,
        allow_duplicate=said.allow_duplicate,
    )
