"""The arithmetic of taste."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ai.records import Action, AiPlayable, Behaviour, Taste
from domain.ai.rules import apply_behaviour, popularity_of, rank_for_listener, recount
from domain.ids import ArtistId, UserId
from domain.ports import Scored
from tests.factories.ai import NOON

BEN = UserId("ben")
NO_TASTE = Taste(
    user_id=BEN,
    playable="Track:t1",
    play_count=0,
    is_liked=False,
    reaction_at=None,
    last_at=NOON,
)


def a_deed(action: Action, seconds: int = 0) -> Behaviour:
    return Behaviour(
        id=f"{action}:{seconds}",
        user_id=BEN,
        playable="Track:t1",
        action=action,
        at=NOON + timedelta(seconds=seconds),
    )


def a_playable(name: str, **changes: object) -> AiPlayable:
    values = {
        "playable": f"Track:{name}",
        "artist_id": ArtistId("a1"),
        "owner_id": UserId("studio"),
        "title": name,
        "is_public": True,
        "version": 1,
        "listener_count": 0,
        "like_count": 0,
        "popularity": 0,
    }
    return AiPlayable(**(values | changes))


@pytest.mark.parametrize(("listeners", "likes", "popularity"), [(0, 0, 0), (5, 0, 5), (5, 2, 9)])
def test_a_like_weighs_as_much_as_two_listeners(listeners, likes, popularity) -> None:
    assert popularity_of(listener_count=listeners, like_count=likes) == popularity


def test_plays_add_up_and_the_newest_deed_dates_the_taste() -> None:
    late = apply_behaviour(NO_TASTE, a_deed(Action.PLAYED, 60))

    both = apply_behaviour(late, a_deed(Action.PLAYED, 30))

    assert (both.play_count, both.last_at) == (2, NOON + timedelta(seconds=60))


@given(
    st.permutations(
        [
            a_deed(Action.LIKED, 1),
            a_deed(Action.UNLIKED, 2),
            a_deed(Action.LIKED, 3),
            a_deed(Action.UNLIKED, 4),
            a_deed(Action.PLAYED, 5),
        ]
    )
)
def test_the_newest_reaction_stands_whatever_the_order(deeds: list[Behaviour]) -> None:
    taste, playable = NO_TASTE, a_playable("t1")

    for deed in deeds:
        after = apply_behaviour(taste, deed)
        playable = recount(playable, taste, after)
        taste = after

    assert (taste.is_liked, taste.play_count) == (False, 1)
    assert (playable.listener_count, playable.like_count, playable.popularity) == (1, 0, 1)


def test_an_item_is_recommended_once_even_if_it_is_popular_too() -> None:
    playable = a_playable("t1")
    scored = [Scored(item_id="Track:t1", score=0.4, because_of=None, weight=0.0)]

    found = rank_for_listener(
        scored,
        [],
        [playable],
        known={"Track:t1": playable},
        tastes={},
        viewer_id=BEN,
        count=10,
    )

    assert [(one.item.id, one.score) for one in found] == [("t1", 0.4)]


def test_popular_items_that_are_new_to_the_listener_come_first() -> None:
    popular = [a_playable("heard", popularity=9), a_playable("new", popularity=1)]
    tastes = {"Track:heard": replace(NO_TASTE, playable="Track:heard", play_count=1)}

    found = rank_for_listener([], [], popular, known={}, tastes=tastes, viewer_id=BEN, count=10)

    assert [one.item.id for one in found] == ["new", "heard"]
