"""What to hear next, with the model and without."""

import asyncio

import pytest

from db.read import StatementCount
from db.repositories.ai import AiRepository
from domain.ai.records import Neighbour, ReasonKind
from domain.ids import PlayableKey, PlayableKind
from domain.ports import Scored
from domain.viewer import ANONYMOUS
from errors import BadInput
from resolvers.ai import recommendations
from resolvers.ai.behaviour import keep_like, keep_play
from resolvers.ai.catalogue import keep_track
from resolvers.ai.recommendations import recommend
from tests.conftest import BEN, a_viewer
from tests.factories.ai import a_like, a_play, a_track_change
from tests.patience import SECONDS_MAX

STUDIO = a_viewer("studio")


def scored(track: str, score: float, because: str | None = None, weight: float = 0.0) -> Scored:
    return Scored(
        item_id=f"Track:{track}",
        score=score,
        because_of=None if because is None else f"Track:{because}",
        weight=weight,
    )


@pytest.fixture(autouse=True)
async def _catalogue(as_viewer) -> None:
    ctx = as_viewer()
    for track in ("t1", "t2", "t3", "t4"):
        await keep_track(ctx, a_track_change(track))
    await keep_track(ctx, a_track_change("draft", is_public=False))
    for user, track in (("anna", "t3"), ("cleo", "t3"), ("dora", "t2"), ("ben", "t1")):
        await keep_play(ctx, a_play(user, track))


def tracks(answer) -> list[str]:
    return [each.item.id for each in answer.items]


async def test_the_model_s_ranking_comes_with_its_reasons(as_viewer, outside) -> None:
    outside.models.answer = [scored("t4", 0.9, "t1", 0.75), scored("t2", 0.4, "t1", 1.0)]

    answer = await recommend(as_viewer(BEN), 2)

    assert (answer.degraded, answer.model) == (False, "fake-1")
    assert tracks(answer) == ["t4", "t2"]
    reason = answer.items[0].reason
    assert reason.kind is ReasonKind.LISTENED
    assert reason.text == "Because you listened to “Song t1”"
    assert reason.evidence == PlayableKey(PlayableKind.TRACK, "t1")
    assert (answer.items[0].score, reason.weight) == (0.9, 0.75)


async def test_a_like_is_named_as_a_like(as_viewer, outside) -> None:
    await keep_like(as_viewer(), a_like("ben", "t1"))
    outside.models.answer = [scored("t4", 0.9, "t1", 1.0)]

    answer = await recommend(as_viewer(BEN), 1)

    assert answer.items[0].reason.kind is ReasonKind.LIKED
    assert answer.items[0].reason.text == "Because you like “Song t1”"


async def test_without_a_model_popularity_answers_and_says_so(as_viewer, outside) -> None:
    outside.models.answer = None

    answer = await recommend(as_viewer(BEN), 10)

    assert (answer.degraded, answer.model) == (True, "popularity-v1")
    assert tracks(answer) == ["t3", "t2", "t4", "t1"]
    assert [each.reason.text for each in answer.items] == [
        "Heard by 2 listeners",
        "Heard by one listener",
        "New here",
        "Heard by one listener",
    ]


async def test_a_slow_model_is_not_waited_for(as_viewer, outside, monkeypatch) -> None:
    async def never(history, count):
        await asyncio.sleep(60)

    monkeypatch.setattr(outside.models, "recommend", never)
    monkeypatch.setattr(recommendations, "MODEL_SECONDS_MAX", 0.05)

    async with asyncio.timeout(SECONDS_MAX):
        answer = await recommend(as_viewer(BEN), 10)

    assert answer.degraded is True
    assert tracks(answer) == ["t3", "t2", "t4", "t1"]


async def test_the_model_is_asked_with_the_newest_deeds_first(
    as_viewer, outside, monkeypatch
) -> None:
    asked = []

    async def remember(history, count):
        asked.append(list(history))
        return "fake-1", []

    monkeypatch.setattr(outside.models, "recommend", remember)
    outside.clock.advance(hours=1)
    await keep_like(as_viewer(), a_like("ben", "t2", at=outside.clock.now()))

    await recommend(as_viewer(BEN), 3)
    await recommend(as_viewer(ANONYMOUS), 3)

    assert asked == [["Track:t2", "Track:t1"], []]


async def test_a_short_ranking_is_filled_up_with_what_is_popular(as_viewer, outside) -> None:
    outside.models.answer = [scored("t4", 0.9, "t1", 1.0)]

    answer = await recommend(as_viewer(BEN), 10)

    assert answer.degraded is False
    assert tracks(answer) == ["t4", "t3", "t2", "t1"]
    assert answer.items[1].reason.kind is ReasonKind.POPULAR


async def test_hidden_unknown_and_own_tracks_are_never_recommended(as_viewer, outside) -> None:
    outside.models.answer = [scored("draft", 0.9), scored("gone", 0.8), scored("t4", 0.7)]
    await keep_track(as_viewer(), a_track_change("t3", version=2, is_public=False))

    for_ben = await recommend(as_viewer(BEN), 10)
    for_studio = await recommend(as_viewer(STUDIO), 10)

    assert tracks(for_ben) == ["t4", "t2", "t1"]
    assert tracks(for_studio) == []


async def test_a_reason_that_was_hidden_since_is_not_named(as_viewer, outside) -> None:
    outside.models.answer = [scored("t4", 0.9, "t1", 1.0)]
    await keep_track(as_viewer(), a_track_change("t1", version=2, is_public=False))
    async with as_viewer().unit_of_work(AiRepository) as uow:
        await uow.rows.add_neighbours(
            [Neighbour(playable="Track:t1", neighbour="Track:t2", score=0.9)]
        )
        await uow.commit()

    answer = await recommend(as_viewer(BEN), 10)

    assert tracks(answer) == ["t4", "t3", "t2"]
    assert {each.reason.kind for each in answer.items} == {ReasonKind.POPULAR}
    assert {each.reason.evidence for each in answer.items} == {None}


@pytest.mark.parametrize("first", [0, -3, 51])
async def test_first_has_bounds(first, as_viewer) -> None:
    with pytest.raises(BadInput, match="first must be from 1 to 50"):
        await recommend(as_viewer(BEN), first)


async def test_a_track_nobody_has_heard_is_found_by_its_sound(as_viewer, outside) -> None:
    outside.models.answer = [scored("t2", 0.9, "t1", 1.0)]
    async with as_viewer().unit_of_work(AiRepository) as uow:
        for neighbour, score in (("t4", 0.7), ("t2", 0.6), ("t1", 0.5)):
            near = Neighbour(playable="Track:t1", neighbour=f"Track:{neighbour}", score=score)
            await uow.rows.add_neighbours([near])
        await uow.commit()

    with_model = await recommend(as_viewer(BEN), 10)
    outside.models.answer = None
    without = await recommend(as_viewer(BEN), 10)

    assert tracks(with_model) == ["t2", "t4", "t3", "t1"]
    found = with_model.items[1]
    assert (found.score, found.reason.kind) == (0.7, ReasonKind.SOUNDS_LIKE)
    assert found.reason.text == "Sounds like “Song t1”"
    assert found.reason.evidence == PlayableKey(PlayableKind.TRACK, "t1")
    assert {each.reason.kind for each in without.items} == {ReasonKind.POPULAR}


async def test_any_page_costs_four_reads(as_viewer, outside) -> None:
    outside.models.answer = [scored(track, 0.5, "t1", 1.0) for track in ("t2", "t3", "t4")]

    counts = []
    for first in (1, 50):
        before = StatementCount.total
        await recommend(as_viewer(BEN), first)
        counts.append(StatementCount.total - before)

    assert counts == [4, 4]
