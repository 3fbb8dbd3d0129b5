"""Root mutations of the royalties subgraph."""

import strawberry

from domain.ids import TrackId, UserId
from domain.royalties import records as royalties
from resolvers.royalties import splits
from schema.ids import parse_id
from schema.info import Info
from schema.problems import Problem, problems_field, with_problems
from subgraphs.royalties.types import Split


@strawberry.input
class SplitShareInput:
    """One payee's part."""

    payee_id: strawberry.ID
    basis_points: int


@strawberry.input
class SetSplitInput:
    """Who shares from now on."""

    track_id: strawberry.ID
    shares: list[SplitShareInput] = strawberry.field(description="They sum to 10,000.")
    expected_version: int | None = strawberry.field(
        default=None, description="Refuse with CONFLICT if the split is at another version."
    )


@strawberry.type
class SetSplitPayload:
    """The answer to setSplit."""

    split: royalties.Split | None = strawberry.field(graphql_type=Split | None, default=None)
    problems: list[Problem] = problems_field()


@strawberry.type
class Mutation:
    """What royalties can be told."""

    @strawberry.mutation(
        graphql_type=SetSplitPayload | None, description="Say who shares a track's royalties."
    )
    @staticmethod
    @with_problems(SetSplitPayload)
    async def set_split(info: Info, input: SetSplitInput) -> SetSplitPayload:  # noqa: A002
        """Set a new version of a track's split."""
        shares = [
            royalties.Share(
                payee_id=UserId(parse_id(share.payee_id, "User")), basis_points=share.basis_points
            )
            for share in input.shares
        ]
        split = await splits.set_split(
            info.context,
            TrackId(parse_id(input.track_id, "Track")),
            shares,
            expected_version=input.expected_version,
        )
        return SetSplitPayload(split=split)
