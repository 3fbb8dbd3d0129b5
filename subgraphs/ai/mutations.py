"""Root mutations of the ai subgraph."""

import strawberry

from domain.ids import JobKey
from resolvers.ai import training
from schema.info import Info
from schema.problems import with_problems
from subgraphs.ai.payloads import TrainRecommenderPayload


@strawberry.type
class Mutation:
    """What ai can be told."""

    @strawberry.mutation(
        graphql_type=TrainRecommenderPayload | None,
        description="Learn anew from what was played and liked (admins).",
    )
    @staticmethod
    @with_problems(TrainRecommenderPayload)
    async def train_recommender(info: Info) -> TrainRecommenderPayload:
        """Start a training."""
        return TrainRecommenderPayload(job=JobKey(await training.request_training(info.context)))
