"""Inputs of the media subgraph."""

import strawberry

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


@strawberry.input
class ImportFolderInput:
    """A folder of the machine that the workers run on."""

    folder: str


@strawberry.input
class PublishTrackInput:
    """Which track goes out."""

    track_id: strawberry.ID


@strawberry.input
class RetryProcessingInput:
    """Which failed track to try again."""

    track_id: strawberry.ID


@strawberry.input
class StartPlaybackInput:
    """What to play."""

    track_id: strawberry.ID
    is_private: bool = strawberry.field(
        default=False, description="Keeps it out of history and recommendations."
    )
    queue: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="What comes next, at most 500 tracks."
    )


@strawberry.input
class HeartbeatInput:
    """Where the player stands; send it every few seconds."""

    session_id: strawberry.ID
    position_ms: int


@strawberry.input
class PausePlaybackInput:
    """Stop the music."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where it stopped; counts what was heard up to there."
    )


@strawberry.input
class ResumePlaybackInput:
    """Go on."""

    session_id: strawberry.ID


@strawberry.input
class SeekPlaybackInput:
    """Leap to a position."""

    session_id: strawberry.ID
    position_ms: int


@strawberry.input
class NextInQueueInput:
    """Begin the next track."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where the track before was left; counts what was heard of it."
    )


@strawberry.input
class SetQueueInput:
    """What comes next, in order."""

    session_id: strawberry.ID
    track_ids: list[strawberry.ID]


@strawberry.input
class EndPlaybackInput:
    """End a session for good."""

    session_id: strawberry.ID
    position_ms: int | None = strawberry.field(
        default=None, description="Where it was left; counts what was heard up to there."
    )
