"""Inputs of the media subgraph."""

import strawberry

from schema.scalars import DateTime
from subgraphs.media.scalars import ByteCount


@strawberry.input
class UploadTrackInput:
    """A file to come; what is left out is read from its tags."""

    file_name: str
    size_bytes: ByteCount
    title: str | None = None
    artist_name: str | None = None
    album_title: str | None = strawberry.field(
        default=None, description="Left out: the track is a single, an album of its own."
    )
    track_number: int | None = None
    disc_number: int | None = None
    genre: str | None = None
    year: int | None = None
    allow_duplicate: bool = strawberry.field(
        default=False, description="Take the file although I have a track of it already."
    )


@strawberry.input
class ImportFolderInput:
    """A folder of the machine that the workers run on."""

    folder: str


@strawberry.input
class PublishTrackInput:
    """Which track goes out."""

    track_id: strawberry.ID
    release_at: DateTime | None = strawberry.field(
        default=None, description="Let it go by itself then; left out or past: now."
    )
