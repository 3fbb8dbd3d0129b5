"""Payloads of the nft subgraph."""

import strawberry

from domain.ids import JobKey
from domain.nft import records as nft
from schema.problems import Problem, problems_field
from subgraphs.nft.stubs import Job
from subgraphs.nft.types import Token


@strawberry.type(description="A token on its way, or why there is none.")
class MintTrackPayload:
    """The answer to mintTrack."""

    token: nft.Token | None = strawberry.field(graphql_type=Token | None, default=None)
    job: JobKey | None = strawberry.field(
        graphql_type=Job | None, default=None, description="Follow it by jobProgressed."
    )
    problems: list[Problem] = problems_field()
