"""Liking and following."""

import asyncio

import pytest

from db.engine import Databases
from domain.ids import ArtistId
from domain.messages.events import PlayableKept
from domain.pages import PageRequest, page_request
from domain.viewer import ANONYMOUS
from errors import NotFound, Unauthenticated
from resolvers.social import follows, likes
from resolvers.social.projections import keep_track, keep_video
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, a_viewer
from tests.factories.social import a_track_change, track_key
from tests.factories.videos import a_video_change, video_key
from tests.outbox import event_names


async def told(databases: Databases) -> list[str]:
    """What happened, beside that tracks became known here."""
    return [name for name in await event_names(databases) if name != PlayableKept.name]


async def test_a_like_counts_once_however_often_it_is_said(as_viewer, databases) -> None:
    for _ in range(3):
        await likes.like_playable(as_viewer(BEN), track_key())

    assert await likes.count_likes(as_viewer(), [track_key()]) == [1]
    assert await likes.are_liked_by_viewer(as_viewer(BEN), [track_key()]) == [True]
    assert await likes.are_liked_by_viewer(as_viewer(ANNA), [track_key()]) == [False]
    assert await likes.are_liked_by_viewer(as_viewer(), [track_key()]) == [None]
    assert await told(databases) == ["social.playable_liked.v1"]


async def test_twenty_people_liking_at_once_are_all_counted(as_viewer) -> None:
    people = [a_viewer(f"listener-{number}") for number in range(20)]

    await asyncio.gather(*(likes.like_playable(as_viewer(each), track_key()) for each in people))

    assert await likes.count_likes(as_viewer(), [track_key()]) == [20]


async def test_a_like_taken_back_twice_is_taken_back_once(as_viewer) -> None:
    await likes.like_playable(as_viewer(ANNA), track_key())
    await likes.like_playable(as_viewer(BEN), track_key())

    await likes.unlike_playable(as_viewer(BEN), track_key())
    await likes.unlike_playable(as_viewer(BEN), track_key())

    assert await likes.count_likes(as_viewer(), [track_key()]) == [1]


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody", ANONYMOUS, Unauthenticated),
        ("a stranger", BEN, NotFound),
        ("a moderator", MODERATOR, NotFound),
        ("its owner", ANNA, None),
        ("an admin", ADMIN, None),
    ],
)
async def test_who_may_like_a_draft(_case, viewer, refusal, as_viewer) -> None:
    if refusal is None:
        await likes.like_playable(as_viewer(viewer), track_key("draft"))
        assert await likes.count_likes(as_viewer(ANNA), [track_key("draft")]) == [1]
        return

    with pytest.raises(refusal):
        await likes.like_playable(as_viewer(viewer), track_key("draft"))

    assert await likes.count_likes(as_viewer(ANNA), [track_key("draft")]) == [0]


async def test_an_older_word_on_a_track_never_overwrites_a_newer_one(as_viewer) -> None:
    await keep_track(as_viewer(), a_track_change("t1", is_public=False, version=3))
    await keep_track(as_viewer(), a_track_change("t1", is_public=True, version=2))

    with pytest.raises(NotFound):
        await likes.like_playable(as_viewer(BEN), track_key("t1"))


async def test_likes_are_listed_newest_first_and_paged(as_viewer, outside) -> None:
    for number in range(5):
        await keep_track(as_viewer(), a_track_change(f"n{number}"))
        await likes.like_playable(as_viewer(BEN), track_key(f"n{number}"))
        outside.clock.advance(seconds=1)

    first = await likes.list_liked(as_viewer(BEN), PageRequest(first=3))
    rest = await likes.list_liked(as_viewer(BEN), page_request(3, first.page_info.end_cursor))

    assert [key.id for key in first.nodes] == ["n4", "n3", "n2"]
    assert [key.id for key in rest.nodes] == ["n1", "n0"]
    assert (first.page_info.has_next_page, rest.page_info.has_next_page) == (True, False)


async def test_follows_are_counted_and_idempotent(as_viewer, databases) -> None:
    artist = ArtistId("a1")

    await follows.follow_artist(as_viewer(BEN), artist)
    await follows.follow_artist(as_viewer(BEN), artist)
    await follows.follow_artist(as_viewer(ANNA), artist)
    await follows.unfollow_artist(as_viewer(ANNA), artist)
    await follows.unfollow_artist(as_viewer(ANNA), artist)

    assert await follows.count_followers(as_viewer(), [artist]) == [1]
    assert await follows.are_followed_by_viewer(as_viewer(BEN), [artist]) == [True]
    assert await follows.are_followed_by_viewer(as_viewer(ANNA), [artist]) == [False]


@pytest.mark.parametrize(
    ("_case", "artist"), [("an unknown artist", "nobody"), ("one with drafts only", "a2")]
)
async def test_an_artist_without_anything_public_cannot_be_followed(
    _case, artist, as_viewer, databases
) -> None:
    with pytest.raises(NotFound):
        await follows.follow_artist(as_viewer(BEN), ArtistId(artist))

    assert await follows.count_followers(as_viewer(), [ArtistId(artist)]) == [0]
    assert await told(databases) == []


async def test_a_video_is_liked_like_a_track(as_viewer) -> None:
    await keep_video(as_viewer(), a_video_change(is_public=False))
    with pytest.raises(NotFound):
        await likes.like_playable(as_viewer(BEN), video_key("v1"))

    await keep_video(as_viewer(), a_video_change(version=2))
    await keep_video(as_viewer(), a_video_change(is_public=False))
    await likes.like_playable(as_viewer(BEN), video_key("v1"))
    mine = await likes.list_liked(as_viewer(BEN), page_request(None, None))

    assert await likes.count_likes(as_viewer(), [video_key("v1"), track_key()]) == [1, 0]
    assert mine.nodes == [video_key("v1")]
