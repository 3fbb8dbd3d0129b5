"""Root mutations around uploads: new addresses for a file, and the room that accounts have."""

import strawberry

from domain.ids import TrackId, UserId
from domain.media.upload_records import StorageUse
from resolvers.media import storage_room, uploads
from schema.ids import parse_id
from schema.info import Info
from schema.problems import Problem, problems_field, with_problems
from subgraphs.media.direct_upload_mutations import DirectUploadMutation
from subgraphs.media.payloads import UploadTrackPayload
from subgraphs.media.scalars import ByteCount
from subgraphs.media.upload_types import Storage


@strawberry.input
class RenewUploadInput:
    """Whose file is sent anew."""

    track_id: strawberry.ID
    size_bytes: ByteCount
    allow_duplicate: bool = strawberry.field(
        default=False, description="Take the file although I have a track of it already."
    )


@strawberry.input
class SetStorageLimitInput:
    """How much an account may keep."""

    user_id: strawberry.ID
    limit_bytes: ByteCount | None = strawberry.field(
        default=None, description="Left out or null: as much as anybody."
    )


@strawberry.type
class SetStorageLimitPayload:
    """The answer to setStorageLimit."""

    storage: StorageUse | None = strawberry.field(graphql_type=Storage | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class UploadMutation(DirectUploadMutation):
    """What media can be told around uploads."""

    @strawberry.mutation(
        graphql_type=UploadTrackPayload | None,
        description=(
            "New addresses for the file of a track of mine that still waits for it, or that "
            "FAILED; older ones end."
        ),
    )
    @staticmethod
    @with_problems(UploadTrackPayload)
    async def renew_upload(info: Info, input: RenewUploadInput) -> UploadTrackPayload:  # noqa: A002
        """Begin an upload anew."""
        upload = await uploads.renew_upload(
            info.context,
            TrackId(parse_id(input.track_id, "Track")),
            input.size_bytes,
            allow_duplicate=input.allow_duplicate,
        )
        return UploadTrackPayload(
            track=upload.track,
            upload_url=upload.url,
            expires_at=upload.expires_at,
            tus_url=upload.tus_url,
        )

    @strawberry.mutation(
        graphql_type=SetStorageLimitPayload | None,
        description="Let an account keep more or less; what it keeps already stays. For admins.",
    )
    @staticmethod
    @with_problems(SetStorageLimitPayload)
    async def set_storage_limit(
        info: Info,
        input: SetStorageLimitInput,  # noqa: A002
    ) -> SetStorageLimitPayload:
        """Set an account's room."""
        user_id = UserId(parse_id(input.user_id, "User"))
        use = await storage_room.set_storage_limit(info.context, user_id, input.limit_bytes)
        return SetStorageLimitPayload(storage=use)
