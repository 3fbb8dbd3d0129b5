"""Payloads of those who edit the catalogue."""

import strawberry

from domain.media import records as media
from schema.problems import Problem, problems_field
from subgraphs.media.types import Album, Artist, Track


@strawberry.type(description="An artist as it is now, or why nothing was changed.")
class ArtistPayload:
    """The answer to createArtist and updateArtist."""

    artist: media.Artist | None = strawberry.field(graphql_type=Artist | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="An album as it is now, or why nothing was changed.")
class AlbumPayload:
    """The answer to mutations of an album."""

    album: media.Album | None = strawberry.field(graphql_type=Album | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="A track as it is now, or why nothing was changed.")
class TrackPayload:
    """The answer to mutations of a track."""

    track: media.Track | None = strawberry.field(graphql_type=Track | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type(description="What is there no more, or why it still is.")
class DeletePayload:
    """The answer to deletions."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The id that was given; nothing is found under it any more."
    )
    problems: list[Problem] = problems_field()
