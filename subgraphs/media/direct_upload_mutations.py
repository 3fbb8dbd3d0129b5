"""Root mutations of uploads that go to the bucket by themselves, in parts."""

import strawberry

from db.outbox import Job as JobRecord
from domain.ids import PLAYABLE_KINDS, PlayableKey
from domain.media.upload_records import StorageUse
from domain.ports import StoredPart
from errors import BadInput
from resolvers import jobs
from resolvers.media import direct_uploads, storage_room
from schema.ids import split_id
from schema.info import Info
from schema.problems import Problem, problems_field, with_problems
from schema.scalars import DateTime
from subgraphs.media.job_types import Job
from subgraphs.media.scalars import ByteCount
from subgraphs.media.upload_types import Storage


@strawberry.input
class BeginDirectUploadInput:
    """Which draft's file is sent."""

    id: strawberry.ID


@strawberry.input
class UploadedPartInput:
    """A part that the bucket has taken."""

    number: int
    etag: str = strawberry.field(description="As the bucket answered the PUT.")


@strawberry.input
class CompleteDirectUploadInput:
    """All parts of a draft's file."""

    id: strawberry.ID
    parts: list[UploadedPartInput]


@strawberry.input
class AbortDirectUploadInput:
    """Which draft's file will not come."""

    id: strawberry.ID


@strawberry.type(description="Where to PUT one part: so many bytes, no more and no fewer.")
class DirectPart:
    """A signed address of the bucket."""

    number: int
    size_bytes: ByteCount
    url: str


@strawberry.type
class BeginDirectUploadPayload:
    """The answer to beginDirectUpload."""

    part_bytes: ByteCount | None = strawberry.field(
        default=None, description="Of each part but the last."
    )
    part_count: int | None = None
    parts: list[DirectPart] = strawberry.field(
        default_factory=list, description="Those that have not arrived; ask again to go on later."
    )
    expires_at: DateTime | None = None
    problems: list[Problem] = problems_field()


@strawberry.type
class CompleteDirectUploadPayload:
    """The answer to completeDirectUpload."""

    job: JobRecord | None = strawberry.field(
        graphql_type=Job | None, default=None, description="Takes the file in."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class AbortDirectUploadPayload:
    """The answer to abortDirectUpload."""

    storage: StorageUse | None = strawberry.field(graphql_type=Storage | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class DirectUploadMutation:
    """What media can be told of direct uploads."""

    @strawberry.mutation(
        graphql_type=BeginDirectUploadPayload | None,
        description=(
            "Addresses by which the file of a draft of mine goes to the bucket in parts. Where "
            "files lie on a disk, the problem is DIRECT_UPLOAD_UNAVAILABLE: use tusUrl there."
        ),
    )
    @staticmethod
    @with_problems(BeginDirectUploadPayload)
    async def begin_direct_upload(
        info: Info,
        input: BeginDirectUploadInput,  # noqa: A002
    ) -> BeginDirectUploadPayload:
        """Begin, or go on."""
        begun = await direct_uploads.begin_direct_upload(info.context, _playable(input.id))
        return BeginDirectUploadPayload(
            part_bytes=ByteCount(begun.part_bytes),
            part_count=begun.part_count,
            parts=[
                DirectPart(number=part.number, size_bytes=ByteCount(part.size), url=part.url)
                for part in begun.parts
            ],
            expires_at=begun.expires_at,
        )

    @strawberry.mutation(
        graphql_type=CompleteDirectUploadPayload | None,
        description="Every part has arrived: join them and process the file.",
    )
    @staticmethod
    @with_problems(CompleteDirectUploadPayload)
    async def complete_direct_upload(
        info: Info,
        input: CompleteDirectUploadInput,  # noqa: A002
    ) -> CompleteDirectUploadPayload:
        """Hand the file over to the workers."""
        parts = [StoredPart(number=part.number, etag=part.etag) for part in input.parts]
        job_id = await direct_uploads.complete_direct_upload(
            info.context, _playable(input.id), parts
        )
        return CompleteDirectUploadPayload(job=await jobs.get_job(info.context, job_id))

    @strawberry.mutation(
        graphql_type=AbortDirectUploadPayload | None,
        description="Forget the parts that were sent, and free the room that was reserved.",
    )
    @staticmethod
    @with_problems(AbortDirectUploadPayload)
    async def abort_direct_upload(
        info: Info,
        input: AbortDirectUploadInput,  # noqa: A002
    ) -> AbortDirectUploadPayload:
        """Give a direct upload up."""
        await direct_uploads.abort_direct_upload(info.context, _playable(input.id))
        return AbortDirectUploadPayload(storage=await storage_room.get_my_storage(info.context))


def _playable(text: str) -> PlayableKey:
    name, key = split_id(text)
    if name not in PLAYABLE_KINDS:
        raise BadInput("This is no id of something that can be played.", field="id")
    return PlayableKey(PLAYABLE_KINDS[name], key)
