"""Payloads about channels and videos."""

import strawberry

from domain.media import records
from domain.media import videos as media
from schema.problems import Problem, problems_field
from schema.scalars import DateTime
from subgraphs.media.playable_types import Playable
from subgraphs.media.video_types import Channel, Video


@strawberry.type(description="A channel as it is now, or why it is not.")
class ChannelPayload:
    """The answer to createChannel and updateChannel."""

    channel: media.Channel | None = strawberry.field(graphql_type=Channel | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="A video as it is now, or why it was not changed.")
class VideoPayload:
    """The answer to updateVideo and publishVideo."""

    video: media.Video | None = strawberry.field(graphql_type=Video | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class UploadVideoPayload:
    """The answer to uploadVideo."""

    video: media.Video | None = strawberry.field(graphql_type=Video | None, default=None)
    upload_url: str | None = strawberry.field(
        default=None, description="PUT the file's bytes here; processing follows."
    )
    expires_at: DateTime | None = None
    tus_url: str | None = strawberry.field(
        default=None, description="Or send them in pieces from here, by the tus protocol."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class UnpublishPayload:
    """The answer to unpublish."""

    playable: records.Playable | None = strawberry.field(graphql_type=Playable | None, default=None)
    problems: list[Problem] = problems_field()
