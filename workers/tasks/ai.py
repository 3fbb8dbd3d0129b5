"""Tasks of the ai domain."""

from domain.messages.commands import EmbedTrack, TrainRecommender
from domain.messages.events import PlayableLiked, PlayCounted, TrackChanged
from resolvers.ai import behaviour, catalogue, listening, training
from workers.context import WorkerContext
from workers.registry import handles, on


@on(TrackChanged, name="ai.keep_track")
async def keep_changed_track(event: TrackChanged, ctx: WorkerContext) -> None:
    """Keep what ai needs to know of a track; an older version changes nothing."""
    await catalogue.keep_track(ctx, event)


@on(PlayCounted, name="ai.keep_play")
async def keep_play(event: PlayCounted, ctx: WorkerContext) -> None:
    """Note a counted play, once for each play id."""
    await behaviour.keep_play(ctx, event)


@on(PlayableLiked, name="ai.keep_like")
async def keep_like(event: PlayableLiked, ctx: WorkerContext) -> None:
    """Note a like or its end; they may arrive twice and in any order."""
    await behaviour.keep_like(ctx, event)


@handles(EmbedTrack, queue="model", seconds_max=300)
async def embed_track(command: EmbedTrack, ctx: WorkerContext) -> None:
    """Hear how a recording sounds; a second run writes the same rows."""
    await listening.hear_track(ctx, command, ctx.tools.embedder)


@handles(TrainRecommender, queue="model", attempts_max=3, seconds_max=1_800)
async def train_recommender(_command: TrainRecommender, ctx: WorkerContext) -> None:
    """Learn from all tastes; a second run writes the same model."""
    await training.train_recommender(ctx, ctx.tools.trainer, ctx.progress)
