"""Payloads of playback."""

import strawberry

from domain.media import playback_records as playback_records
from schema.problems import Problem, problems_field
from subgraphs.media.playback_types import Device, PlaybackSession


@strawberry.type(description="A session after it was told to move, or why it did not.")
class PlaybackPayload:
    """The answer to every mutation of a session."""

    session: playback_records.PlaybackSession | None = strawberry.field(
        graphql_type=PlaybackSession | None, default=None
    )
    problems: list[Problem] = problems_field()


@strawberry.type(description="What became of several heartbeats, in their order.")
class HeartbeatsPayload:
    """The answer to heartbeats."""

    results: list[PlaybackPayload] = strawberry.field(default_factory=list)
    problems: list[Problem] = problems_field()


@strawberry.type(description="A player of mine, or why it was refused.")
class DevicePayload:
    """The answer to registerDevice and renameDevice."""

    device: playback_records.Device | None = strawberry.field(
        graphql_type=Device | None, default=None
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class ForgetDevicePayload:
    """The answer to forgetDevice."""

    problems: list[Problem] = problems_field()
