"""Payloads of the media subgraph."""

import strawberry

from db.outbox import Job as JobRecord
from domain.media import records as media
from schema.problems import Problem, problems_field
from schema.scalars import DateTime
from subgraphs.media.job_types import Job
from subgraphs.media.playable_types import Playable
from subgraphs.media.types import Track


@strawberry.type
class UploadTrackPayload:
    """The answer to uploadTrack."""

    track: media.Track | None = strawberry.field(graphql_type=Track | None, default=None)
    upload_url: str | None = strawberry.field(
        default=None, description="PUT the file's bytes here; processing follows."
    )
    expires_at: DateTime | None = None
    tus_url: str | None = strawberry.field(
        default=None,
        description=(
            "Or send them in pieces that can go on where they were cut off: create an upload "
            "here by the tus protocol 1.0.0. Good for days."
        ),
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class PublishTrackPayload:
    """The answer to publishTrack."""

    track: media.Track | None = strawberry.field(graphql_type=Track | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class RetryProcessingPayload:
    """The answer to retryProcessing."""

    playable: media.Playable | None = strawberry.field(graphql_type=Playable | None, default=None)
    job: JobRecord | None = strawberry.field(graphql_type=Job | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class ReprocessPayload:
    """The answer to reprocess."""

    playable: media.Playable | None = strawberry.field(graphql_type=Playable | None, default=None)
    job: JobRecord | None = strawberry.field(graphql_type=Job | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class ImportFolderPayload:
    """The answer to importFolder."""

    job: JobRecord | None = strawberry.field(graphql_type=Job | None, default=None)
    problems: list[Problem] = problems_field()
