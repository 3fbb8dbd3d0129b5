"""Playlists as files: types, query and mutation."""

import strawberry

from domain.ids import PlaylistId
from domain.media import records as media
from domain.media.playlist_files.records import PlaylistFormat
from domain.media.playlists import records as lists
from resolvers.media import playlist_files
from resolvers.media.playlist_files import MatchedBy
from schema.costs import Cost, ListSize
from schema.ids import parse_id
from schema.info import Info
from schema.problems import Problem, problems_field, with_problems
from subgraphs.media.playable_types import Playable
from subgraphs.media.playlist_types import Playlist

strawberry.enum(PlaylistFormat, description="Extended M3U (UTF-8), XSPF, or JSPF.")
strawberry.enum(MatchedBy, description="How an entry of a file was found here.")


@strawberry.type(description="What became of one entry of a file.")
class ImportedEntry:
    """An entry of an imported file."""

    number: int = strawberry.field(description="From 1 on.")
    title: str
    creator: str
    matched_by: MatchedBy | None = strawberry.field(description="Null: nothing was found.")
    playable: media.Playable | None = strawberry.field(graphql_type=Playable | None)


@strawberry.input
class ImportPlaylistInput:
    """A file; what it names and is here becomes a new private playlist."""

    format: PlaylistFormat
    text: str = strawberry.field(description="At most 900,000 characters and 2,000 entries.")
    title: str | None = strawberry.field(default=None, description="Left out: as the file says.")


@strawberry.type
class ImportPlaylistPayload:
    """The answer to importPlaylist."""

    playlist: lists.Playlist | None = strawberry.field(graphql_type=Playlist | None, default=None)
    matched_count: int = 0
    entries: list[playlist_files.ImportedEntry] = strawberry.field(
        graphql_type=list[ImportedEntry],
        default_factory=list,
        directives=[ListSize(assumed_size=50)],
        description="Each entry of the file, found or not.",
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class PlaylistFileQuery:
    """What can be asked of files."""

    @strawberry.field(
        graphql_type=str | None,
        directives=[Cost(weight=50)],
        description="A playlist as a file, with what you may see of it.",
    )
    @staticmethod
    async def playlist_file(
        info: Info,
        id: strawberry.ID,  # noqa: A002
        format: PlaylistFormat = PlaylistFormat.M3U,  # noqa: A002
    ) -> str:
        """A playlist as a file."""
        key = PlaylistId(parse_id(id, "Playlist"))
        return await playlist_files.export_playlist(info.context, key, format)


@strawberry.type
class PlaylistFileMutation:
    """What is made of files."""

    @strawberry.mutation(
        graphql_type=ImportPlaylistPayload | None,
        description=(
            "Make a private playlist of a file: entries are found by our id, ISRC, artist and "
            "title, or MusicBrainz id. Send an Idempotency-Key to repeat it safely."
        ),
    )
    @staticmethod
    @with_problems(ImportPlaylistPayload)
    async def import_playlist(info: Info, input: ImportPlaylistInput) -> ImportPlaylistPayload:  # noqa: A002
        """Import a file."""
        done = await playlist_files.import_playlist(
            info.context, input.format, input.text, title=input.title
        )
        return ImportPlaylistPayload(
            playlist=done.playlist,
            matched_count=sum(each.playable is not None for each in done.entries),
            entries=done.entries,
        )
