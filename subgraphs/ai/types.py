"""Types of the ai subgraph."""

from collections.abc import Sequence

import strawberry

from domain.ai import records as ai
from domain.ids import PlayableKey
from resolvers.ai import similar_tracks
from resolvers.ai.similar_tracks import SIMILAR_DEFAULT
from resolvers.context import RequestContext
from schema.batched import batched, references
from schema.caching import SHORT, good_for
from schema.costs import paged_list
from schema.global_id import global_id
from schema.playable_ids import parse_playable_id
from schema.scalars import DateTime

strawberry.enum(ai.ReasonKind, description="Why something is recommended.")


@strawberry.federation.interface_object(keys=["id"])
class Playable:
    """Anything that can be played, with how it sounds."""

    id: strawberry.ID = global_id()

    @strawberry.field(
        graphql_type=list["SimilarPlayable"] | None,
        directives=[paged_list(SIMILAR_DEFAULT), good_for(SHORT)],
        description="What sounds most like it, best first; `first` from 1 to 50, 10 by default.",
    )
    @batched
    async def similar(
        parents: Sequence[PlayableKey], ctx: RequestContext, first: int | None = None
    ) -> list[list[ai.Neighbour]]:
        """The nearest public neighbours of each."""
        return await similar_tracks.list_similar(ctx, parents, first)

    @strawberry.field(
        graphql_type="AudioAnalysis | None",
        directives=[good_for(SHORT)],
        description="How it sounds; null until a worker has listened.",
    )
    @batched
    async def analysis(
        parents: Sequence[PlayableKey], ctx: RequestContext
    ) -> list[ai.AudioAnalysis | None]:
        """Tempo and key of each."""
        return await similar_tracks.find_analyses(ctx, parents)

    @references(parse_playable_id)
    async def resolve_references(
        keys: Sequence[PlayableKey], _ctx: RequestContext
    ) -> Sequence[PlayableKey]:
        """Answer other subgraphs' mentions of what can be played."""
        return keys


@strawberry.type(description="Something that sounds like something else.")
class SimilarPlayable:
    """A neighbour in the space of sounds."""

    item: Playable | None
    score: float = strawberry.field(description="-1 to 1; 1 sounds the same.")


@strawberry.type(description="How a recording sounds, as a model heard it.")
class AudioAnalysis:
    """Estimates from the audio itself."""

    tempo_bpm: float | None = strawberry.field(description="Null where no pulse stands out.")
    musical_key: str | None = strawberry.field(
        description="Such as `A minor`; null where no tone stands out."
    )
    model: str
    heard_at: DateTime


@strawberry.type(description="Why something is recommended: the model's own arithmetic.")
class Reason:
    """An honest explanation."""

    kind: ai.ReasonKind
    text: str
    evidence: Playable | None = strawberry.field(
        description="What was played or liked that speaks most for it."
    )
    weight: float | None = strawberry.field(
        description="The share of the score that comes from the evidence, 0 to 1; else null."
    )


@strawberry.type(description="Something to hear next.")
class Recommendation:
    """A recommended item."""

    item: Playable | None
    score: float = strawberry.field(
        description="Comparable among items of one answer with the same kind of reason."
    )
    reason: Reason


@strawberry.type(description="What to hear next, best first.")
class Recommendations:
    """An answer of the recommender, or of popularity in its place."""

    items: list[Recommendation]
    degraded: bool = strawberry.field(
        description="True when the model was missing or too slow and popularity answers."
    )
    model: str = strawberry.field(description="Which model, in which version, answers.")


@strawberry.type(description="One training of the recommender, measured on hidden items.")
class RecommenderModel:
    """A model card."""

    version: str
    trained_at: DateTime
    listener_count: int
    item_count: int
    interaction_count: int
    ndcg_at_10: float | None = strawberry.field(
        name="ndcgAt10", description="Null where there were too few listeners to measure."
    )
    popularity_ndcg_at_10: float | None = strawberry.field(
        name="popularityNdcgAt10", description="What popularity alone reaches."
    )
