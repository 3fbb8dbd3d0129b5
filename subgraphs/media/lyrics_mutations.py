"""Root mutations of lyrics."""

import strawberry

from domain.media import records as media
from resolvers.media import lyrics
from schema.info import Info
from schema.problems import Problem, problems_field, with_problems
from subgraphs.media.lyrics_types import RemoveLyricsInput, SetLyricsInput, track_key
from subgraphs.media.types import Track


@strawberry.type(description="A track after its lyrics changed, or why they did not.")
class LyricsPayload:
    """The answer to mutations of lyrics."""

    track: media.Track | None = strawberry.field(graphql_type=Track | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class LyricsMutation:
    """What is said of what is sung."""

    @strawberry.mutation(
        graphql_type=LyricsPayload | None,
        description="Write the lyrics of a track of mine in one language, over those of before.",
    )
    @staticmethod
    @with_problems(LyricsPayload)
    async def set_lyrics(info: Info, input: SetLyricsInput) -> LyricsPayload:  # noqa: A002
        """Write lyrics."""
        track = await lyrics.set_lyrics(
            info.context,
            track_key(input.track_id),
            language=input.language,
            form=input.format,
            text=input.text,
            is_translation=input.is_translation,
        )
        return LyricsPayload(track=track)

    @strawberry.mutation(
        graphql_type=LyricsPayload | None,
        description="Remove the lyrics of a track of mine in one language.",
    )
    @staticmethod
    @with_problems(LyricsPayload)
    async def remove_lyrics(info: Info, input: RemoveLyricsInput) -> LyricsPayload:  # noqa: A002
        """Remove lyrics."""
        track = await lyrics.remove_lyrics(
            info.context, track_key(input.track_id), language=input.language
        )
        return LyricsPayload(track=track)
