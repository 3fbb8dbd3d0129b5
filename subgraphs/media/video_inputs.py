"""Inputs about channels and videos."""

import strawberry

from subgraphs.media.scalars import ByteCount


@strawberry.input
class CreateChannelInput:
    """A channel to be."""

    name: str
    handle: str = strawberry.field(
        description="3 to 30 letters, digits, dots, dashes and underscores; nobody else's."
    )
    description: str = ""


@strawberry.input
class UpdateChannelInput:
    """What a channel says of itself; what is left out stays."""

    channel_id: strawberry.ID
    name: str | None = None
    handle: str | None = None
    description: str | None = None


@strawberry.input
class UploadVideoInput:
    """A file to come, and what its video says of itself."""

    channel_id: strawberry.ID
    file_name: str
    size_bytes: ByteCount
    title: str | None = strawberry.field(
        default=None, description="Left out: made of the file's name."
    )
    description: str | None = None
    tags: list[str] | None = strawberry.field(default=None, description="At most 30.")
    language: str | None = strawberry.field(
        default=None, description="What is spoken: a tag such as `en` or `pt-BR`."
    )
    is_explicit: bool | None = None
    allow_duplicate: bool = strawberry.field(
        default=False, description="Take the file although I have a video of it already."
    )


@strawberry.input
class UpdateVideoInput:
    """What a video says of itself; what is left out stays."""

    video_id: strawberry.ID
    title: str | None = None
    description: str | None = None
    tags: list[str] | None = strawberry.field(default=None, description="At most 30.")
    language: str | None = strawberry.field(
        default=None, description="A tag such as `en` or `pt-BR`; empty for none."
    )
    is_explicit: bool | None = None


@strawberry.input
class PublishVideoInput:
    """Which video goes out."""

    video_id: strawberry.ID


@strawberry.input
class UnpublishInput:
    """Which track or video is taken back."""

    playable_id: strawberry.ID
