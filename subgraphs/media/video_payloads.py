"""Payloads about channels and videos."""

import strawberry

from domain.media import records
from domain.media import videos as media
from schema.problems import Problem, problems_field
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
class UnpublishPayload:
    """The answer to unpublish."""

    playable: records.Playable | None = strawberry.field(graphql_type=Playable | None, default=None)
    problems: list[Problem] = problems_field()
