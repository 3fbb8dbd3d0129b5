"""What to hear next: the model's answer, or popularity when it has none in time."""

import asyncio

from domain.ai.records import AiPlayable, Neighbour, Recommendations, Taste
from domain.ai.rules import POPULARITY_MODEL, RECOMMENDATIONS_MAX, rank_for_listener
from domain.ports import Scored
from domain.viewer import Sight
from errors import ModelUnavailable
from loaders.ai import HISTORY_OF_USER, POPULAR
from resolvers.ai.similar_tracks import checked_first
from resolvers.context import RequestContext

RECOMMENDATIONS_DEFAULT = 20
HISTORY_MAX = 200
SPARE = 100
"""Asked for beyond what is shown, because hidden and known ones fall out."""

ALIKE_OF, ALIKE_EACH = 20, 5
"""So many of the newest items heard are asked for so many that sound like them."""

EVERYTHING = Sight(owner_id="", sees_all=True)
"""What was heard counts, also when it is hidden by now."""

MODEL_SECONDS_MAX = 2.0
"""Leaves the rest of a fetch's time for the answer; AI_TIMEOUT may be shorter."""


async def recommend(ctx: RequestContext, first: int | None = None) -> Recommendations:
    """Recommend to the viewer; whoever has no history gets what is popular.

    Four reads at most, whatever is asked for. Never down: a model that is missing or slow
    is replaced by popularity, and the answer says so.

    Raises:
        BadInput: `first` is out of bounds.
    """
    count = checked_first(first, RECOMMENDATIONS_DEFAULT, RECOMMENDATIONS_MAX)
    tastes = await _read_tastes(ctx)
    try:
        async with asyncio.timeout(MODEL_SECONDS_MAX):
            model, scored = await ctx.ports.models.recommend(list(tastes), count + SPARE)
    except (ModelUnavailable, TimeoutError):
        model, scored = None, []
    alike = [] if model is None else await _read_alike(ctx, tastes)
    popular = await ctx.read("ai").fetch(POPULAR, limit=count + SPARE)
    items = rank_for_listener(
        scored,
        alike,
        popular,
        known=await _read_known(ctx, scored, alike),
        tastes=tastes,
        viewer_id=ctx.viewer.user_id,
        count=count,
    )
    return Recommendations(items=items, degraded=model is None, model=model or POPULARITY_MODEL)


async def _read_tastes(ctx: RequestContext) -> dict[str, Taste]:
    """What the viewer played or likes, newest first."""
    if ctx.viewer.user_id is None:
        return {}
    rows = await ctx.read("ai").fetch(
        HISTORY_OF_USER, user_id=ctx.viewer.user_id, limit=HISTORY_MAX
    )
    return {taste.playable: taste for taste in rows}


async def _read_alike(ctx: RequestContext, tastes: dict[str, Taste]) -> list[Neighbour]:
    """What sounds like the newest of what was heard: the way of the new into the ranking."""
    loader = ctx.loaders.ai.neighbours_by_playable(ALIKE_EACH, EVERYTHING)
    lists = await loader.load_all(list(tastes)[:ALIKE_OF])
    return [near for each in lists for near in each]


async def _read_known(
    ctx: RequestContext, scored: list[Scored], alike: list[Neighbour]
) -> dict[str, AiPlayable]:
    """What is known of the items that were ranked and of the reasons given."""
    wanted = {one.item_id for one in scored}
    wanted |= {one.because_of for one in scored if one.because_of is not None}
    wanted |= {near.neighbour for near in alike} | {near.playable for near in alike}
    found = await ctx.loaders.ai.playable_by_key.load_all(sorted(wanted))
    return {playable.playable: playable for playable in found if playable is not None}
