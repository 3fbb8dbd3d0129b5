"""Root queries of the nft subgraph."""

import strawberry

from domain.ids import TokenId
from domain.nft import records as nft
from domain.pages import Page, page_request
from resolvers.nft import tokens
from schema.costs import PAGED
from schema.ids import parse_id
from schema.info import Info
from schema.pagination import Connection
from subgraphs.nft.types import Token


@strawberry.type
class Query:
    """What nft can be asked."""

    @strawberry.field(graphql_type=Token | None, description="One token by its id.")
    @staticmethod
    async def token(info: Info, id: strawberry.ID) -> nft.Token | None:  # noqa: A002
        """A token that the viewer may see."""
        return await tokens.find_token(info.context, TokenId(parse_id(id, "Token")))

    @strawberry.field(
        graphql_type=Connection[Token] | None,
        directives=[PAGED],
        description="Tokens I asked for, newest first, in every state; null when not logged in.",
    )
    @staticmethod
    async def my_tokens(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[nft.Token] | None:
        """A page of the viewer's tokens."""
        return await tokens.list_my_tokens(info.context, page_request(first, after))
