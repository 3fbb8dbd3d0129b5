"""The type of background work."""

from collections.abc import Sequence

import strawberry

from db.outbox import Job as JobRecord
from db.outbox import JobState
from domain.ids import JobId
from resolvers import jobs
from resolvers.context import RequestContext
from schema.batched import references
from schema.ids import parse_id
from schema.scalars import DateTime
from subgraphs.media.nodes import Node

strawberry.enum(JobState, description="Where a job stands; DONE and DEAD are final.")


@strawberry.federation.type(
    keys=["id"], description="Background work; only who asked for it sees it, and admins."
)
class Job(Node):
    """A piece of background work of any domain."""

    name: str = strawberry.field(description="What it does, such as `media.process_playable.v1`.")
    state: JobState
    progress: float = strawberry.field(description="0 to 1.")
    step: str | None = strawberry.field(
        description="What is at work, such as `renditions`, or was when it failed."
    )
    attempts: int
    error_code: str | None
    error: str | None = strawberry.field(description="Why the last attempt failed.")
    created_at: DateTime
    finished_at: DateTime | None

    @references(lambda text: JobId(parse_id(text, "Job")))
    async def resolve_references(
        keys: Sequence[JobId], ctx: RequestContext
    ) -> list[JobRecord | None]:
        """Answer other subgraphs' mentions of jobs."""
        return await jobs.find_jobs(ctx, keys)
