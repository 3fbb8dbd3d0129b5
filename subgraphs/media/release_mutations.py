"""Root mutations of the media subgraph: albums let go and taken back."""

import strawberry

from domain.ids import AlbumId
from resolvers.media import releasing
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from schema.scalars import DateTime
from subgraphs.media.editing_payloads import AlbumPayload


@strawberry.input
class PublishAlbumInput:
    """Which album goes out, with all its tracks."""

    album_id: strawberry.ID
    release_at: DateTime | None = strawberry.field(
        default=None, description="Let it go by itself then; left out or past: now."
    )


@strawberry.input
class UnpublishAlbumInput:
    """Which album is taken back, with all its tracks."""

    album_id: strawberry.ID


@strawberry.type
class ReleaseMutation:
    """What owners and managers let go and take back."""

    @strawberry.mutation(
        graphql_type=AlbumPayload | None,
        description=(
            "Let an album that I own or manage go with all its tracks: now, or by itself at an "
            "instant to come; another instant takes the place of the first."
        ),
    )
    @staticmethod
    @with_problems(AlbumPayload)
    async def publish_album(info: Info, input: PublishAlbumInput) -> AlbumPayload:  # noqa: A002
        """Publish or plan an album."""
        album_id = AlbumId(parse_id(input.album_id, "Album"))
        album = await releasing.publish_album(info.context, album_id, at=input.release_at)
        return AlbumPayload(album=album)

    @strawberry.mutation(
        graphql_type=AlbumPayload | None,
        description=(
            "Take an album that I own or manage back with all its tracks, and what was planned."
        ),
    )
    @staticmethod
    @with_problems(AlbumPayload)
    async def unpublish_album(info: Info, input: UnpublishAlbumInput) -> AlbumPayload:  # noqa: A002
        """Take an album back."""
        album_id = AlbumId(parse_id(input.album_id, "Album"))
        return AlbumPayload(album=await releasing.unpublish_album(info.context, album_id))
