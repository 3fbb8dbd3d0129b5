"""Entities of other domains: mentioned by key, or added to."""

from collections.abc import Sequence

import strawberry

from domain.ids import ArtistId, ArtistKey
from resolvers.context import RequestContext
from resolvers.social import follows
from schema.batched import batched, references
from schema.caching import COUNTED, OF_THE_VIEWER, same_for_all
from schema.global_id import global_id
from schema.ids import parse_id
from schema.keys import STUB_KEY


@strawberry.federation.type(keys=[STUB_KEY])
class User:
    """An account of the users domain."""

    id: strawberry.ID = global_id()


@strawberry.federation.type(keys=[STUB_KEY])
class Album:
    """An album of the media domain."""

    id: strawberry.ID = global_id()


@strawberry.federation.type(keys=["id"])
class Artist:
    """An artist of the media domain, with its followers."""

    id: strawberry.ID = global_id()

    @strawberry.field(
        graphql_type=int | None,
        directives=[same_for_all(COUNTED)],
        description="How many follow the artist.",
    )
    @batched
    async def follower_count(parents: Sequence[ArtistKey], ctx: RequestContext) -> list[int]:
        """Each artist's followers, counted."""
        return await follows.count_followers(ctx, [artist.id for artist in parents])

    @strawberry.field(
        graphql_type=bool | None,
        directives=[OF_THE_VIEWER],
        description="Null when nobody is logged in.",
    )
    @batched
    async def is_followed_by_me(
        parents: Sequence[ArtistKey], ctx: RequestContext
    ) -> list[bool | None]:
        """Whether the viewer follows each artist."""
        return await follows.are_followed_by_viewer(ctx, [artist.id for artist in parents])

    @references(lambda text: ArtistKey(ArtistId(parse_id(text, "Artist"))))
    async def resolve_references(
        keys: Sequence[ArtistKey], _ctx: RequestContext
    ) -> Sequence[ArtistKey]:
        """Answer other subgraphs' mentions of artists."""
        return keys
