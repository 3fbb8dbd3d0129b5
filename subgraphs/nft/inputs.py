"""Inputs of the nft subgraph."""

import strawberry

from domain.nft.rules import ROYALTY_BPS_DEFAULT, ROYALTY_BPS_MAX
from schema.scalars import Address


@strawberry.input
class MintTrackInput:
    """Which track to make a token of, and on what terms."""

    track_id: strawberry.ID
    receiver: Address | None = strawberry.field(
        default=None, description="First owner; left out, the platform keeps it in custody."
    )
    royalty_receiver: Address | None = strawberry.field(
        default=None, description="Whom sales owe a royalty; left out, the receiver."
    )
    royalty_basis_points: int = strawberry.field(
        default=ROYALTY_BPS_DEFAULT, description=f"0 to {ROYALTY_BPS_MAX}."
    )
