"""Types of how things are sorted: genres and categories."""

from collections.abc import Sequence

import strawberry

from domain.media import labels as media
from domain.media.labels import GenreState
from resolvers.context import RequestContext
from resolvers.media import genres
from schema.batched import batched
from schema.global_id import global_id

strawberry.enum(GenreState, description="What became of a proposal.")


@strawberry.type(description="A kind of music that has a name.")
class Genre:
    """A genre."""

    id: strawberry.ID = global_id()
    name: str
    state: GenreState
    reason: str = strawberry.field(description="Why it was rejected or merged.")

    @strawberry.field(
        graphql_type="Genre | None", description="The wider genre that it belongs to."
    )
    @batched
    async def parent(
        parents: Sequence[media.Genre], ctx: RequestContext
    ) -> list[media.Genre | None]:
        """The wider genre of each."""
        return await genres.parents_of(ctx, parents)


@strawberry.type(description="A shelf that moderators put things on.")
class Category:
    """A category."""

    id: strawberry.ID = global_id()
    name: str
    description: str
