"""Training, asked for and done."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from db.read import query
from db.tables.ai import ai_behaviours
from domain.ai.records import Behaviour
from domain.viewer import ANONYMOUS
from errors import Forbidden, Unauthenticated
from resolvers.ai import training
from resolvers.ai.behaviour import keep_like, keep_play
from resolvers.ai.catalogue import keep_track
from resolvers.ai.training import find_latest_model, request_training, train_recommender
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.ai import NOON, a_like, a_play, a_track_change
from tests.outbox import job_names

BEHAVIOURS = query(select(ai_behaviours), Behaviour)


async def no_progress(fraction: float) -> None:
    assert 0 <= fraction <= 1


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody", ANONYMOUS, Unauthenticated),
        ("a listener", BEN, Forbidden),
        ("a creator", ANNA, Forbidden),
        ("a moderator", MODERATOR, Forbidden),
    ],
)
async def test_only_an_admin_may_train(_case, viewer, refusal, as_viewer, databases) -> None:
    with pytest.raises(refusal):
        await request_training(as_viewer(viewer))

    assert await job_names(databases) == []


async def test_an_admin_s_wish_becomes_a_job(as_viewer, databases) -> None:
    job_id = await request_training(as_viewer(ADMIN))

    assert job_id.startswith("ai.")
    assert await job_names(databases) == ["ai.train_recommender.v1"]


async def test_it_learns_from_plays_and_likes_of_public_tracks(
    as_viewer, trainer, monkeypatch
) -> None:
    ctx = as_viewer()
    monkeypatch.setattr(training, "TASTES_SLICE", 2)
    for track in ("t1", "t2", "t3"):
        await keep_track(ctx, a_track_change(track))
    await keep_track(ctx, a_track_change("draft", is_public=False))
    for user, track in (("anna", "t1"), ("anna", "t2"), ("ben", "t1"), ("ben", "draft")):
        await keep_play(ctx, a_play(user, track))
    await keep_like(ctx, a_like("ben", "t3"))
    await keep_like(ctx, a_like("cleo", "t3"))
    await keep_like(ctx, a_like("cleo", "t3", is_liked=False, at=NOON + timedelta(seconds=1)))

    model = await train_recommender(ctx, trainer, no_progress)

    assert [(one.user, one.item, one.at) for one in trainer.learnt] == [
        ("anna", "Track:t1", NOON.timestamp()),
        ("anna", "Track:t2", NOON.timestamp()),
        ("ben", "Track:t1", NOON.timestamp()),
        ("ben", "Track:t3", NOON.timestamp()),
    ]
    assert await find_latest_model(ctx) == model
    assert (model.version, model.interaction_count, model.ndcg_at_10) == ("fake-ease-1", 4, None)


async def test_nothing_played_yet_trains_nothing(as_viewer, trainer) -> None:
    model = await train_recommender(as_viewer(), trainer, no_progress)

    assert model is None
    assert trainer.learnt is None
    assert await find_latest_model(as_viewer()) is None


async def test_nothing_is_trained_while_nothing_has_changed(as_viewer, trainer, outside) -> None:
    ctx = as_viewer()
    await keep_track(ctx, a_track_change("t1"))
    await keep_play(ctx, a_play("ben", "t1"))

    first = await train_recommender(ctx, trainer, no_progress)
    outside.clock.advance(minutes=1)
    second = await train_recommender(ctx, trainer, no_progress)

    assert trainer.trainings == 1
    assert await find_latest_model(ctx) == first == second


@pytest.mark.parametrize("_case", ["a new play", "the artefact was lost"])
async def test_it_is_trained_again_after(_case, as_viewer, trainer, outside) -> None:
    ctx = as_viewer()
    await keep_track(ctx, a_track_change("t1"))
    await keep_play(ctx, a_play("ben", "t1"))
    await train_recommender(ctx, trainer, no_progress)

    outside.clock.advance(minutes=1)
    if _case == "a new play":
        await keep_play(ctx, a_play("anna", "t1"))
    else:
        trainer.installed = None
    model = await train_recommender(ctx, trainer, no_progress)

    assert trainer.trainings == 2
    assert model.trained_at == outside.clock.now()
    assert await find_latest_model(ctx) == model


async def test_old_deeds_are_forgotten_and_the_tastes_stay(as_viewer, trainer, outside) -> None:
    ctx = as_viewer()
    await keep_track(ctx, a_track_change("t1"))
    await keep_play(ctx, a_play("ben", "t1"))
    outside.clock.advance(days=91)

    await train_recommender(ctx, trainer, no_progress)

    assert await ctx.read("ai").fetch(BEHAVIOURS) == []
    assert [one.item for one in trainer.learnt] == ["Track:t1"]
