"""Root mutations of the nft subgraph."""

import strawberry

from domain.ids import TrackId
from resolvers.nft import tokens
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.nft.inputs import MintTrackInput
from subgraphs.nft.payloads import MintTrackPayload


@strawberry.type
class Mutation:
    """What nft can be told."""

    @strawberry.mutation(
        graphql_type=MintTrackPayload | None, description="Make a token of my track."
    )
    @staticmethod
    @with_problems(MintTrackPayload)
    async def mint_track(info: Info, input: MintTrackInput) -> MintTrackPayload:  # noqa: A002
        """Ask for a token; a worker mints it."""
        asked = await tokens.mint_track(
            info.context,
            TrackId(parse_id(input.track_id, "Track")),
            receiver=input.receiver,
            royalty_receiver=input.royalty_receiver,
            royalty_bps=input.royalty_basis_points,
        )
        return MintTrackPayload(token=asked.token, job=asked.job)
