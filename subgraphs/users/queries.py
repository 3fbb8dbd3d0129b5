"""Root queries of the users subgraph."""

import strawberry

from domain.ids import UserId
from domain.users import records as users
from resolvers.users import accounts
from schema.ids import parse_id
from schema.info import Info
from subgraphs.users.client_queries import ClientQuery
from subgraphs.users.types import Me, User


@strawberry.type
class Query(ClientQuery):
    """What users can be asked."""

    @strawberry.field(graphql_type=Me | None, description="Who I am; null when not logged in.")
    @staticmethod
    async def me(info: Info) -> users.Account | None:
        """The viewer's own account."""
        return await accounts.find_me(info.context)

    @strawberry.field(graphql_type=User | None, description="One account by its id.")
    @staticmethod
    async def user(info: Info, id: strawberry.ID) -> users.User | None:  # noqa: A002
        """An account as others see it."""
        return await accounts.find_user(info.context, UserId(parse_id(id, "User")))
