"""Root mutations of the media subgraph: work on files."""

import strawberry

from resolvers import jobs
from resolvers.media import reprocessing
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.payloads import ReprocessPayload


@strawberry.input
class ReprocessInput:
    """Something READY to be read and transcoded anew."""

    playable_id: strawberry.ID = strawberry.field(
        description="Of a track or anything else playable."
    )


@strawberry.type
class ProcessingMutation:
    """What media can be told of its files."""

    @strawberry.mutation(
        graphql_type=ReprocessPayload | None,
        description=(
            "Read and transcode the original of something READY anew; for its owner. What is "
            "served stays until the new stream is whole."
        ),
    )
    @staticmethod
    @with_problems(ReprocessPayload)
    async def reprocess(info: Info, input: ReprocessInput) -> ReprocessPayload:  # noqa: A002
        """Send something READY to the workers again."""
        playable, job_id = await reprocessing.reprocess(
            info.context, parse_playable_id(input.playable_id)
        )
        return ReprocessPayload(playable=playable, job=await jobs.get_job(info.context, job_id))
