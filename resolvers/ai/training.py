"""Training the recommender: asked for by an admin or the clock, done by a worker."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from db.read import fetch_one
from db.repositories.ai import AiRepository
from domain.ai.records import TrainedModel
from domain.ai.rules import BEHAVIOUR_KEPT, TASTES_KEPT_MAX
from domain.ai.tools import Interaction, RecommenderTrainer
from domain.ids import JobId
from domain.messages.commands import TrainRecommender
from domain.policies.ai import require_may_train
from loaders.ai import LATEST_MODEL, TASTES_AFTER
from resolvers.context import RequestContext, UseCaseContext

TASTES_SLICE = 10_000
DIGEST = "data_sha256"
"""Stands in the model card: what was learnt from."""

TASTE_AGE_MAX = timedelta(days=730)

ReportProgress = Callable[[float], Awaitable[None]]


async def request_training(ctx: RequestContext) -> JobId:
    """Have the recommender trained anew.

    Raises:
        Unauthenticated: nobody is logged in.
        Forbidden: the viewer is no admin.
    """
    require_may_train(ctx.viewer)
    async with ctx.unit_of_work(AiRepository) as uow:
        job_id = await uow.send(TrainRecommender(), owner_id=ctx.viewer.user_id)
        await uow.commit()
    return job_id


async def train_recommender(
    ctx: UseCaseContext, trainer: RecommenderTrainer, progress: ReportProgress
) -> TrainedModel | None:
    """Learn from all tastes for public playables; None where there are none yet.

    Safe to run twice: the same tastes give the same model. While they are the same and
    their model is in place, nothing is trained at all.

    Raises:
        ModelUnavailable: the trainer died or took too long.
    """
    trained_at = ctx.clock.now()
    interactions = await _read_interactions(ctx)
    digest = _digest(interactions)
    await progress(0.2)
    model = await _find_current(ctx, trainer, digest)
    training = None
    if model is None and interactions:
        training = await trainer.train(interactions, trained_at)
    await progress(0.9)
    async with ctx.unit_of_work(AiRepository) as uow:
        if training is not None:
            card = training.card | {DIGEST: digest}
            model = TrainedModel(version=training.version, trained_at=trained_at, card=card)
            await uow.rows.add_model(model)
        await uow.rows.forget_behaviours(trained_at - BEHAVIOUR_KEPT)
        await uow.commit()
    return model


async def find_latest_model(ctx: UseCaseContext) -> TrainedModel | None:
    """The newest training; None before the first."""
    return await fetch_one(ctx.read("ai"), LATEST_MODEL)


async def _find_current(
    ctx: UseCaseContext, trainer: RecommenderTrainer, digest: str
) -> TrainedModel | None:
    """The newest model, if it was learnt from the same and is in place."""
    latest = await find_latest_model(ctx)
    if latest is None or latest.card.get(DIGEST) != digest:
        return None
    return latest if await trainer.installed_version() == latest.version else None


def _digest(interactions: Sequence[Interaction]) -> str:
    digest = hashlib.sha256()
    for one in interactions:
        digest.update(f"{one.user}\t{one.item}\t{one.at!r}\n".encode())
    return digest.hexdigest()


async def _read_interactions(ctx: UseCaseContext) -> list[Interaction]:
    found: list[Interaction] = []
    since = ctx.clock.now() - TASTE_AGE_MAX
    user_id = playable = ""
    while len(found) < TASTES_KEPT_MAX:
        rows = await ctx.read("ai").fetch(
            TASTES_AFTER, since=since, user_id=user_id, playable=playable, limit=TASTES_SLICE
        )
        found.extend(
            Interaction(user=row.user_id, item=row.playable, at=row.last_at.timestamp())
            for row in rows
        )
        if len(rows) < TASTES_SLICE:
            break
        user_id, playable = rows[-1].user_id, rows[-1].playable
    return found
