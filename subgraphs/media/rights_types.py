"""Types of rights: where something may be heard, how far it was let go, and who works on it."""

from collections.abc import Sequence

import strawberry

from domain.ids import UserKey
from domain.media import teams as media
from domain.media.availability import UnavailableReason
from domain.media.releasing import ReleaseStatus
from domain.media.teams import TeamRole
from domain.media.territories import EVERYWHERE, parse_territories
from domain.media.territories import Territories as TerritoriesRecord
from resolvers.context import RequestContext
from schema.batched import batched
from schema.scalars import DateTime
from subgraphs.media.stubs import User

strawberry.enum(TeamRole, description="Each role may do what the one before it may.")
strawberry.enum(ReleaseStatus, description="How far the owner has let something go.")
strawberry.enum(UnavailableReason, description="Why something cannot be played where one is.")


@strawberry.type(description="Where something may be heard: one of the lists is empty.")
class Territories:
    """Countries where, or where not."""

    includes: list[str] = strawberry.field(description="In these countries only.")
    excludes: list[str] = strawberry.field(description="Everywhere but in these.")


def territories_of(texts: Sequence[str]) -> list[TerritoriesRecord | None]:
    """What columns say; None for everywhere."""
    return [None if text == EVERYWHERE else parse_territories(text) for text in texts]


@strawberry.type(description="Somebody who works for an artist.")
class TeamMember:
    """A member of a team."""

    role: TeamRole
    added_at: DateTime

    @strawberry.field(graphql_type=User | None, description="Who it is.")
    @batched
    def user(parents: Sequence[media.TeamMember], _ctx: RequestContext) -> list[UserKey]:
        """The account of each, by key."""
        return [UserKey(member.user_id) for member in parents]
