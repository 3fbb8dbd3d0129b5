"""Root mutations of the media subgraph: the catalogue as creators and their teams edit it."""

import strawberry

from domain.ids import AlbumId, ArtistId, TrackId
from domain.media.editing import ALBUM_FIELDS, ARTIST_FIELDS, TRACK_FIELDS
from resolvers.media import deleting, editing
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.editing_inputs import (
    CreateAlbumInput,
    CreateArtistInput,
    DeleteAlbumInput,
    DeleteArtistInput,
    DeleteTrackInput,
    UpdateAlbumInput,
    UpdateArtistInput,
    UpdateTrackInput,
    given,
)
from subgraphs.media.editing_payloads import (
    AlbumPayload,
    ArtistPayload,
    DeletePayload,
    TrackPayload,
)


@strawberry.type
class EditingMutation:
    """What creators and their teams tell of what they have."""

    @strawberry.mutation(
        graphql_type=ArtistPayload | None,
        description="Make an artist of mine; for creators. An equal one is given back.",
    )
    @staticmethod
    @with_problems(ArtistPayload)
    async def create_artist(info: Info, input: CreateArtistInput) -> ArtistPayload:  # noqa: A002
        """Make an artist."""
        changes = given(input, *ARTIST_FIELDS)
        return ArtistPayload(artist=await editing.create_artist(info.context, changes))

    @strawberry.mutation(
        graphql_type=ArtistPayload | None,
        description="Change an artist that I own or edit; works are found by the new name soon.",
    )
    @staticmethod
    @with_problems(ArtistPayload)
    async def update_artist(info: Info, input: UpdateArtistInput) -> ArtistPayload:  # noqa: A002
        """Change an artist."""
        artist = await editing.update_artist(
            info.context,
            ArtistId(parse_id(input.artist_id, "Artist")),
            given(input, *ARTIST_FIELDS),
            version=input.version,
        )
        return ArtistPayload(artist=artist)

    @strawberry.mutation(
        graphql_type=AlbumPayload | None,
        description=(
            "Make an album of an artist that I own or edit. An equal one is given back; uploads "
            "find it by its title."
        ),
    )
    @staticmethod
    @with_problems(AlbumPayload)
    async def create_album(info: Info, input: CreateAlbumInput) -> AlbumPayload:  # noqa: A002
        """Make an album."""
        artist_id = ArtistId(parse_id(input.artist_id, "Artist"))
        changes = given(input, *ALBUM_FIELDS)
        return AlbumPayload(album=await editing.create_album(info.context, artist_id, changes))

    @strawberry.mutation(
        graphql_type=AlbumPayload | None, description="Change an album that I own or edit."
    )
    @staticmethod
    @with_problems(AlbumPayload)
    async def update_album(info: Info, input: UpdateAlbumInput) -> AlbumPayload:  # noqa: A002
        """Change an album."""
        album = await editing.update_album(
            info.context,
            AlbumId(parse_id(input.album_id, "Album")),
            given(input, *ALBUM_FIELDS),
            version=input.version,
        )
        return AlbumPayload(album=album)

    @strawberry.mutation(
        graphql_type=TrackPayload | None,
        description="Change a track that I own or edit, or move it to another album or artist.",
    )
    @staticmethod
    @with_problems(TrackPayload)
    async def update_track(info: Info, input: UpdateTrackInput) -> TrackPayload:  # noqa: A002
        """Change a track."""
        artist_id, album_id = input.artist_id, input.album_id
        track = await editing.update_track(
            info.context,
            TrackId(parse_id(input.track_id, "Track")),
            given(input, *TRACK_FIELDS),
            version=input.version,
            artist_id=None if artist_id is None else ArtistId(parse_id(artist_id, "Artist")),
            album_id=None if album_id is None else AlbumId(parse_id(album_id, "Album")),
        )
        return TrackPayload(track=track)

    @strawberry.mutation(
        graphql_type=DeletePayload | None,
        description="Delete an artist of mine with all their albums and tracks, for good.",
    )
    @staticmethod
    @with_problems(DeletePayload)
    async def delete_artist(info: Info, input: DeleteArtistInput) -> DeletePayload:  # noqa: A002
        """Delete an artist."""
        artist_id = ArtistId(parse_id(input.artist_id, "Artist"))
        await deleting.delete_artist(info.context, artist_id, version=input.version)
        return DeletePayload(deleted_id=input.artist_id)

    @strawberry.mutation(
        graphql_type=DeletePayload | None,
        description="Delete an album that I own or manage with its tracks, for good.",
    )
    @staticmethod
    @with_problems(DeletePayload)
    async def delete_album(info: Info, input: DeleteAlbumInput) -> DeletePayload:  # noqa: A002
        """Delete an album."""
        album_id = AlbumId(parse_id(input.album_id, "Album"))
        await deleting.delete_album(info.context, album_id, version=input.version)
        return DeletePayload(deleted_id=input.album_id)

    @strawberry.mutation(
        graphql_type=DeletePayload | None,
        description="Delete a track that I own or manage, for good.",
    )
    @staticmethod
    @with_problems(DeletePayload)
    async def delete_track(info: Info, input: DeleteTrackInput) -> DeletePayload:  # noqa: A002
        """Delete a track."""
        track_id = TrackId(parse_id(input.track_id, "Track"))
        await deleting.delete_track(info.context, track_id, version=input.version)
        return DeletePayload(deleted_id=input.track_id)
