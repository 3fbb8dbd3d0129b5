"""What listeners do is kept once, and leaves no trace in private."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from db.read import query
from db.tables.ai import ai_behaviours, ai_playables, ai_tastes
from domain.ai.records import AiPlayable, Behaviour, Taste
from resolvers.ai.behaviour import keep_like, keep_play
from resolvers.ai.catalogue import keep_track
from tests.factories.ai import NOON, a_like, a_play, a_track_change

TASTES = query(select(ai_tastes).order_by(ai_tastes.c.user_id, ai_tastes.c.playable), Taste)
PLAYABLES = query(select(ai_playables).order_by(ai_playables.c.playable), AiPlayable)
BEHAVIOURS = query(select(ai_behaviours).order_by(ai_behaviours.c.id), Behaviour)


async def only_playable(ctx) -> AiPlayable:
    (playable,) = await ctx.read("ai").fetch(PLAYABLES)
    return playable


async def test_a_play_told_three_times_counts_once(as_viewer) -> None:
    ctx = as_viewer()
    await keep_track(ctx, a_track_change("t1"))

    for _ in range(3):
        await keep_play(ctx, a_play("ben", "t1"))

    (taste,) = await ctx.read("ai").fetch(TASTES)
    assert (taste.user_id, taste.playable, taste.play_count) == ("ben", "Track:t1", 1)
    assert taste.last_at == NOON
    assert (await only_playable(ctx)).popularity == 1


async def test_one_listener_on_repeat_is_one_listener(as_viewer) -> None:
    ctx = as_viewer()

    for number in range(5):
        await keep_play(ctx, a_play("ben", "t1", play_id=f"p{number}"))
    await keep_play(ctx, a_play("anna", "t1"))

    playable = await only_playable(ctx)
    assert (playable.listener_count, playable.popularity) == (2, 2)


async def test_a_private_play_leaves_no_trace(as_viewer) -> None:
    ctx = as_viewer()

    await keep_play(ctx, a_play("ben", "t1", is_private=True))

    assert await ctx.read("ai").fetch(TASTES) == []
    assert await ctx.read("ai").fetch(BEHAVIOURS) == []
    assert await ctx.read("ai").fetch(PLAYABLES) == []


async def test_a_like_counts_twice_as_much_as_a_listener(as_viewer) -> None:
    ctx = as_viewer()

    await keep_like(ctx, a_like("ben", "t1"))
    await keep_like(ctx, a_like("ben", "t1"))
    await keep_play(ctx, a_play("anna", "t1"))

    playable = await only_playable(ctx)
    assert (playable.listener_count, playable.like_count, playable.popularity) == (1, 1, 3)


async def test_a_like_and_its_end_may_arrive_in_either_order(as_viewer) -> None:
    ctx = as_viewer()
    like = a_like("ben", "t1", at=NOON)
    unlike = a_like("ben", "t1", is_liked=False, at=NOON + timedelta(seconds=1))

    for event in (unlike, like, unlike, like):
        await keep_like(ctx, event)

    (taste,) = await ctx.read("ai").fetch(TASTES)
    assert taste.is_liked is False
    assert (await only_playable(ctx)).like_count == 0


async def test_behaviour_may_come_before_the_track_is_known(as_viewer) -> None:
    ctx = as_viewer()
    await keep_play(ctx, a_play("ben", "t1"))
    before = await only_playable(ctx)

    await keep_track(ctx, a_track_change("t1"))

    after = await only_playable(ctx)
    assert (before.is_public, before.version, before.listener_count) == (False, 0, 1)
    assert (after.is_public, after.version, after.listener_count) == (True, 1, 1)
    assert after.title == "Song t1"


async def test_twenty_deeds_at_once_are_all_counted(as_viewer) -> None:
    ctx = as_viewer()
    plays = [a_play(f"listener-{number % 10}", "t1") for number in range(20)]
    likes = [a_like(f"listener-{number}", "t1") for number in range(10)]

    await asyncio.gather(
        *(keep_play(ctx, play) for play in plays), *(keep_like(ctx, like) for like in likes)
    )

    playable = await only_playable(ctx)
    assert (playable.listener_count, playable.like_count, playable.popularity) == (10, 10, 30)
