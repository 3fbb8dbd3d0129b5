"""Root queries of the royalties subgraph."""

import strawberry

from domain.royalties import records as royalties
from resolvers.royalties import statements
from schema.caching import LONG, same_for_all
from schema.info import Info
from subgraphs.royalties.statements import Statement
from subgraphs.royalties.types import Money


@strawberry.type
class Query:
    """What royalties can be asked; what is mine is null when nobody is logged in."""

    @strawberry.field(
        graphql_type=Money | None,
        directives=[same_for_all(LONG)],
        description="What 1,000 counted plays earn their payees.",
    )
    @staticmethod
    def royalty_per_thousand_plays() -> royalties.Money:
        """The rate; the same for everyone."""
        return statements.royalty_terms()

    @strawberry.field(graphql_type=Statement | None, description="What I earned in a month.")
    @staticmethod
    async def statement(info: Info, period: str) -> royalties.Statement | None:
        """The viewer's statement of a period (YYYY-MM)."""
        return await statements.find_statement(info.context, period)

    @strawberry.field(
        graphql_type=Statement | None, description="What I earned in this month so far."
    )
    @staticmethod
    async def current_statement(info: Info) -> royalties.Statement | None:
        """The viewer's statement of the month we are in."""
        return await statements.find_current_statement(info.context)

    @strawberry.field(graphql_type=Money | None, description="What I am owed.")
    @staticmethod
    async def royalty_balance(info: Info) -> royalties.Money | None:
        """The balance of the viewer's payable account."""
        return await statements.find_balance(info.context)
