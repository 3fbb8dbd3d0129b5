"""Root queries of the ai subgraph."""

import strawberry

from domain.ai import records as ai
from resolvers.ai import recommendations, training
from schema.caching import MEDIUM, same_for_all
from schema.costs import Cost, paged_fields
from schema.info import Info
from subgraphs.ai.types import Recommendations, RecommenderModel


@strawberry.type
class Query:
    """What ai can be asked."""

    @strawberry.field(
        graphql_type=Recommendations | None,
        directives=[Cost(weight=10), paged_fields("items")],
        description="What to hear next; `first` from 1 to 50, 20 by default.",
    )
    @staticmethod
    async def recommendations(info: Info, first: int | None = None) -> ai.Recommendations:
        """Recommendations for the viewer."""
        return await recommendations.recommend(info.context, first)

    @strawberry.field(
        graphql_type=RecommenderModel | None,
        directives=[same_for_all(MEDIUM)],
        description="The newest training; null before the first.",
    )
    @staticmethod
    async def recommender_model(info: Info) -> ai.TrainedModel | None:
        """The newest model's card."""
        return await training.find_latest_model(info.context)
