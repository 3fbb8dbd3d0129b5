"""Statements: what a payee earned, down to the plays."""

from collections.abc import Sequence

import strawberry

from domain.ids import TrackId
from domain.pages import Page, page_request
from domain.royalties import records as royalties
from resolvers.context import RequestContext
from resolvers.royalties import statements
from schema.batched import batched
from schema.costs import PAGED, ListSize
from schema.ids import parse_id
from schema.info import Info
from schema.pagination import Connection
from schema.scalars import DateTime
from subgraphs.royalties.stubs import Playable
from subgraphs.royalties.types import Money


@strawberry.type(description="A play that was paid.")
class PaidPlay:
    """The source of an amount."""

    play_id: str
    played_at: DateTime


@strawberry.type(description="What one track earned in the period.")
class StatementLine:
    """A line of a statement."""

    playable: Playable | None
    plays: int = strawberry.field(description="Plays that were paid in the period.")
    amount: Money


@strawberry.type(description="What I earned in a month.")
class Statement:
    """A payee's earnings of one period."""

    period: str = strawberry.field(description="YYYY-MM, in UTC.")
    total: Money

    @strawberry.field(
        graphql_type=list[StatementLine],
        directives=[ListSize(assumed_size=50)],
        description="Best earners first.",
    )
    @batched
    def lines(
        parents: Sequence[royalties.Statement], _ctx: RequestContext
    ) -> list[tuple[royalties.StatementLine, ...]]:
        """The lines of each; they sum to its total."""
        return [statement.lines for statement in parents]

    @strawberry.field(
        graphql_type=Connection[PaidPlay] | None,
        directives=[PAGED],
        description="The plays behind one line.",
    )
    @staticmethod
    async def plays(
        parent: strawberry.Parent[royalties.Statement],
        info: Info,
        track_id: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
    ) -> Page[royalties.Play]:
        """A page of the plays that a line was paid for."""
        return await statements.list_plays(
            info.context,
            parent,
            TrackId(parse_id(track_id, "Track")),
            page_request(first, after),
        )
