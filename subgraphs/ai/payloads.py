"""Payloads of the ai subgraph."""

import strawberry

from domain.ids import JobKey
from schema.problems import Problem, problems_field
from subgraphs.ai.stubs import Job


@strawberry.type
class TrainRecommenderPayload:
    """The answer to trainRecommender."""

    job: JobKey | None = strawberry.field(graphql_type=Job | None, default=None)
    problems: list[Problem] = problems_field()
