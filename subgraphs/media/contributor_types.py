"""Types of credits: who took part, and as what."""

from collections.abc import Sequence

import strawberry

from domain.media import contributors as media
from domain.media import records
from domain.media.contributors import ContributorRole
from resolvers.context import RequestContext
from resolvers.media import artists
from schema.batched import batched
from subgraphs.media.playable_types import Creator

strawberry.enum(
    ContributorRole, description="What somebody did; DDEX's contributor roles, the most used."
)


@strawberry.type(description="Who took part in a recording or release, and as what.")
class Contributor:
    """One credit."""

    role: ContributorRole
    name: str
    instrument: str | None
    ipi: str | None = strawberry.field(description="IPI name number, eleven digits.")
    isni: str | None = strawberry.field(description="ISO 27729, without blanks.")

    @strawberry.field(graphql_type=Creator | None, description="The artist here, if they are one.")
    @batched
    async def artist(
        parents: Sequence[media.Contributor], ctx: RequestContext
    ) -> list[records.Artist | None]:
        """The artists that the names mean."""
        known = [each.artist_id for each in parents if each.artist_id is not None]
        found = iter(await artists.find_artists(ctx, known))
        return [None if each.artist_id is None else next(found) for each in parents]
