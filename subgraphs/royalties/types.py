"""Types of the royalties subgraph."""

from collections.abc import Sequence

import strawberry

from domain.royalties import records as royalties
from resolvers.context import RequestContext
from schema.batched import batched
from schema.costs import ListSize
from schema.global_id import global_id
from schema.keys import STUB_KEY
from schema.scalars import BigInt


@strawberry.federation.type(keys=[STUB_KEY])
class User:
    """An account of the users domain."""

    id: strawberry.ID = global_id()


@strawberry.type(description="An amount of money.")
class Money:
    """Whole minor units of a currency."""

    minor_units: BigInt = strawberry.field(description="Whole cents, for USD.")
    currency: str = strawberry.field(description="ISO 4217 code.")


@strawberry.type(description="One payee's part.")
class SplitShare:
    """A share in basis points."""

    payee: User | None
    basis_points: int = strawberry.field(description="Ten thousandths; all sum to 10,000.")


@strawberry.type(description="Who shares a track's royalties.")
class Split:
    """A version of a split."""

    version: int = strawberry.field(description="0 until one is set: all to the owner.")

    @strawberry.field(graphql_type=list[SplitShare], directives=[ListSize(assumed_size=5)])
    @batched
    def shares(
        parents: Sequence[royalties.Split], _ctx: RequestContext
    ) -> list[tuple[royalties.Share, ...]]:
        """The shares of each, in the order in which they were given."""
        return [split.shares for split in parents]
