"""Root mutations of the media subgraph: work on files."""

import strawberry

from resolvers import jobs
from resolvers.media import playables, reprocessing
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.payloads import ReprocessPayload, RetryProcessingPayload


@strawberry.input
class ReprocessInput:
    """Something READY to be read and transcoded anew."""

    playable_id: strawberry.ID = strawberry.field(
        description="Of a track or anything else playable."
    )


@strawberry.input
class RetryProcessingInput:
    """What failed and is to be tried again."""

    playable_id: strawberry.ID = strawberry.field(description="Of a track or a video.")


@strawberry.type
class ProcessingMutation:
    """What media can be told of its files."""

    @strawberry.mutation(
        graphql_type=RetryProcessingPayload | None,
        description="Process a FAILED track or video anew; for its owner.",
    )
    @staticmethod
    @with_problems(RetryProcessingPayload)
    async def retry_processing(
        info: Info,
        input: RetryProcessingInput,  # noqa: A002
    ) -> RetryProcessingPayload:
        """Send something that failed to the workers again."""
        playable, job_id = await playables.retry_processing(
            info.context, parse_playable_id(input.playable_id)
        )
        job = await jobs.get_job(info.context, job_id)
        return RetryProcessingPayload(playable=playable, job=job)

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
