"""Types, inputs and mutations of lyrics."""

from collections.abc import Sequence

import strawberry

from domain.ids import TrackId
from domain.media.lyrics import records as sung
from domain.media.lyrics.lrc import print_lrc
from domain.media.lyrics.records import LyricsFormat
from domain.media.lyrics.rules import plain_text
from domain.media.lyrics.ttml import print_ttml
from resolvers.context import RequestContext
from schema.batched import batched
from schema.costs import ListSize
from schema.ids import parse_id
from schema.scalars import DateTime

strawberry.enum(LyricsFormat, description="PLAIN lines, LRC, or TTML (timed text of the W3C).")


@strawberry.type(description="A word, or a part of one, and the space behind it.")
class LyricsWord:
    """A timed word."""

    start_ms: int
    end_ms: int | None
    text: str


@strawberry.type(description="A line, with times where somebody wrote them down.")
class LyricsLine:
    """A line that is sung."""

    start_ms: int | None
    end_ms: int | None = strawberry.field(description="Null: until the next one.")
    text: str
    agent: str | None = strawberry.field(description="The id of who sings it.")
    words: list[LyricsWord] = strawberry.field(
        directives=[ListSize(assumed_size=8)],
        description="Empty, or all of the line's text.",
    )


@strawberry.type(description="Somebody who sings.")
class LyricsAgent:
    """A singer, as the lyrics know them."""

    id: str
    kind: str = strawberry.field(description="person, group, character, organization or other.")
    name: str | None


@strawberry.type(description="A track's lyrics in one language.")
class Lyrics:
    """What is sung."""

    language: str = strawberry.field(description="BCP 47; `und` where nobody said.")
    is_translation: bool
    updated_at: DateTime

    @strawberry.field(graphql_type=bool, description="Whether the lines have times.")
    @batched
    def synced(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[bool]:
        """Whether each has times."""
        return [each.content.is_synced for each in parents]

    @strawberry.field(graphql_type=list[LyricsLine], directives=[ListSize(assumed_size=50)])
    @batched
    def lines(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[list[sung.Line]]:
        """The lines of each."""
        return [list(each.content.lines) for each in parents]

    @strawberry.field(
        graphql_type=list[LyricsAgent],
        directives=[ListSize(assumed_size=3)],
        description="Who sings.",
    )
    @batched
    def agents(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[list[sung.Agent]]:
        """Who sings each."""
        return [list(each.content.agents) for each in parents]

    @strawberry.field(graphql_type=str, description="All lines without their times.")
    @batched
    def text(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[str]:
        """Each as plain text."""
        return [plain_text(each.content) for each in parents]

    @strawberry.field(graphql_type=str, description="The same as LRC, enhanced where it can be.")
    @batched
    def lrc(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[str]:
        """Each as LRC."""
        return [print_lrc(each.content) for each in parents]

    @strawberry.field(graphql_type=str, description="The same as TTML.")
    @batched
    def ttml(parents: Sequence[sung.Lyrics], _ctx: RequestContext) -> list[str]:
        """Each as TTML."""
        return [print_ttml(each.content, language=each.language) for each in parents]


@strawberry.input
class SetLyricsInput:
    """Lyrics of a track of mine in one language."""

    track_id: strawberry.ID
    language: str = strawberry.field(default="und", description="BCP 47, such as en or pt-BR.")
    format: LyricsFormat
    text: str = strawberry.field(description="At most 500,000 characters.")
    is_translation: bool = False


@strawberry.input
class RemoveLyricsInput:
    """Which lyrics go."""

    track_id: strawberry.ID
    language: str


def track_key(text: strawberry.ID) -> TrackId:
    """A track's key; raises BadInput."""
    return TrackId(parse_id(text, "Track"))
