"""Root mutations of the media subgraph: bookmarks and speeds."""

import strawberry

from domain.ids import BookmarkId, PlayableKind
from domain.media import bookmark_records as bookmark_records
from domain.media import playback_records as playback_records
from resolvers.media import bookmarks, speeds
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import Problem, problems_field, with_problems
from subgraphs.media.listening_types import Bookmark
from subgraphs.media.playback_inputs import OPERATION
from subgraphs.media.playback_types import PlaybackSession

strawberry.enum(PlayableKind, description="What kinds of things can be played.")


@strawberry.input
class AddBookmarkInput:
    """A place to come back to."""

    playable_id: strawberry.ID
    operation_id: str = strawberry.field(description=OPERATION)
    position_ms: int
    note: str = strawberry.field(default="", description="Up to 1,000 characters.")


@strawberry.input
class EditBookmarkInput:
    """What to say of it, or where it is; what is left out stays."""

    bookmark_id: strawberry.ID
    note: str | None = None
    position_ms: int | None = None


@strawberry.input
class RemoveBookmarkInput:
    """Which bookmark of mine goes."""

    bookmark_id: strawberry.ID


@strawberry.input
class SetPlaybackSpeedInput:
    """How fast to play one thing, or all of a kind."""

    speed: float = strawberry.field(description="0.25 to 4; 1 is as recorded.")
    playable_id: strawberry.ID | None = strawberry.field(
        default=None, description="One thing; this, or a kind."
    )
    kind: PlayableKind | None = strawberry.field(
        default=None, description="All of a kind of which I said nothing else."
    )


@strawberry.type(description="A bookmark of mine, or why it was refused.")
class BookmarkPayload:
    """The answer to addBookmark and editBookmark."""

    bookmark: bookmark_records.Bookmark | None = strawberry.field(
        graphql_type=Bookmark | None, default=None
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class RemoveBookmarkPayload:
    """The answer to removeBookmark."""

    problems: list[Problem] = problems_field()


@strawberry.type(description="The speed is remembered, or why not.")
class SetPlaybackSpeedPayload:
    """The answer to setPlaybackSpeed."""

    session: playback_records.PlaybackSession | None = strawberry.field(
        graphql_type=PlaybackSession | None,
        default=None,
        description="My session, where it plays such a thing; null where not.",
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class ListeningMutation:
    """What a listener keeps of what they hear."""

    @strawberry.mutation(graphql_type=BookmarkPayload | None, description="Mark a place.")
    @staticmethod
    @with_problems(BookmarkPayload)
    async def add_bookmark(info: Info, input: AddBookmarkInput) -> BookmarkPayload:  # noqa: A002
        """Add a bookmark, once for each operation."""
        bookmark = await bookmarks.add_bookmark(
            info.context,
            parse_playable_id(input.playable_id),
            operation_id=input.operation_id,
            position_ms=input.position_ms,
            note=input.note,
        )
        return BookmarkPayload(bookmark=bookmark)

    @strawberry.mutation(
        graphql_type=BookmarkPayload | None,
        description="Say something else of a bookmark of mine, or move it.",
    )
    @staticmethod
    @with_problems(BookmarkPayload)
    async def edit_bookmark(info: Info, input: EditBookmarkInput) -> BookmarkPayload:  # noqa: A002
        """Change a bookmark."""
        bookmark = await bookmarks.edit_bookmark(
            info.context,
            BookmarkId(parse_id(input.bookmark_id, "Bookmark")),
            note=input.note,
            position_ms=input.position_ms,
        )
        return BookmarkPayload(bookmark=bookmark)

    @strawberry.mutation(
        graphql_type=RemoveBookmarkPayload | None, description="Take a bookmark of mine away."
    )
    @staticmethod
    @with_problems(RemoveBookmarkPayload)
    async def remove_bookmark(
        info: Info,
        input: RemoveBookmarkInput,  # noqa: A002
    ) -> RemoveBookmarkPayload:
        """Remove a bookmark; twice is once."""
        bookmark_id = BookmarkId(parse_id(input.bookmark_id, "Bookmark"))
        await bookmarks.remove_bookmark(info.context, bookmark_id)
        return RemoveBookmarkPayload()

    @strawberry.mutation(
        graphql_type=SetPlaybackSpeedPayload | None,
        description="Remember how fast I want something; what I play now follows at once.",
    )
    @staticmethod
    @with_problems(SetPlaybackSpeedPayload)
    async def set_playback_speed(
        info: Info,
        input: SetPlaybackSpeedInput,  # noqa: A002
    ) -> SetPlaybackSpeedPayload:
        """Remember a speed."""
        key = None if input.playable_id is None else parse_playable_id(input.playable_id)
        session = await speeds.set_speed(info.context, speed=input.speed, key=key, kind=input.kind)
        return SetPlaybackSpeedPayload(session=session)
