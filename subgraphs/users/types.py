"""Types of the users subgraph."""

from collections.abc import Sequence

import strawberry

from domain.ids import UserId
from domain.users import records as users
from domain.viewer import Role
from resolvers.context import RequestContext
from resolvers.users import accounts
from schema.batched import batched, references
from schema.caching import SHORT, good_for
from schema.global_id import global_id
from schema.ids import parse_id
from schema.scalars import DateTime

strawberry.enum(Role, description="What an account may be.")


@strawberry.federation.type(
    keys=["id"], directives=[good_for(SHORT)], description="An account as others see it."
)
class User:
    """A listener, creator, moderator or admin."""

    id: strawberry.ID = global_id()
    username: str
    display_name: str
    bio: str
    created_at: DateTime

    @references(lambda text: UserId(parse_id(text, "User")))
    async def resolve_references(
        keys: Sequence[UserId], ctx: RequestContext
    ) -> list[users.User | None]:
        """Answer other subgraphs' mentions of users."""
        return await accounts.find_users(ctx, keys)


@strawberry.type(description="The viewer's own account.")
class Me:
    """An account as its owner sees it."""

    email: str

    @strawberry.field(graphql_type=list[Role])
    @batched
    def roles(parents: Sequence[users.Account], _ctx: RequestContext) -> list[list[Role]]:
        """The roles held by each."""
        return [sorted(account.role_set) for account in parents]

    @strawberry.field(graphql_type=User, description="The account as others see it.")
    @batched
    def user(parents: Sequence[users.Account], _ctx: RequestContext) -> list[users.User]:
        """The public part of each."""
        return [account.public for account in parents]
