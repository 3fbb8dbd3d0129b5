"""What listeners keep: how far they are, bookmarks, and speeds."""

import asyncio

import pytest

from domain.ids import BookmarkId, PlayableKind
from domain.pages import PageRequest
from domain.viewer import ANONYMOUS
from errors import BadInput, NotFound, TooLarge, Unauthenticated
from resolvers.media import bookmarks, heartbeats, play_queues, playback, progress, speeds
from resolvers.media.playables import find_playables
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.factories.playback import track_key

HOUR = 3_600_000


@pytest.fixture(autouse=True)
async def tracks(as_viewer):
    long = [a_track(f"long-{number}", duration_ms=HOUR) for number in range(1, 4)]
    await keep_tracks(as_viewer(ANNA), a_track("song"), a_draft("draft-1"), *long)


async def hear(ctx, outside, key: str, position_ms: int, *, is_private: bool = False):
    session = await playback.start_playback(ctx, track_key(key), is_private=is_private)
    outside.clock.advance(seconds=10)
    await heartbeats.report_position(ctx, session.id, position_ms=position_ms)
    return session


async def progress_of(ctx, key: str):
    (playable,) = await find_playables(ctx, [track_key(key)])
    (found,) = await progress.progress_of(ctx, [playable])
    return found


async def continued(ctx, **page) -> list[str]:
    found = await progress.list_continued(ctx, PageRequest(**page))
    return [playable.id for playable in found.nodes]


async def test_how_far_a_listener_is_follows_them_to_their_other_devices(
    as_viewer, outside
) -> None:
    session = await hear(as_viewer(BEN), outside, "long-1", 10_000)
    first = await progress_of(as_viewer(BEN), "long-1")
    await playback.seek_playback(as_viewer(BEN), session.id, position_ms=1_200_000)
    await playback.pause_playback(as_viewer(BEN), session.id)

    found = await progress_of(as_viewer(BEN), "long-1")

    assert (first.position_ms, first.is_completed) == (10_000, False)
    assert (found.position_ms, found.is_completed) == (1_200_000, False)
    assert await progress_of(as_viewer(ANNA), "long-1") is None
    assert await progress_of(as_viewer(ANONYMOUS), "long-1") is None


async def test_what_was_heard_to_its_end_is_completed_and_no_longer_offered(
    as_viewer, outside
) -> None:
    ctx = as_viewer(BEN)
    session = await hear(ctx, outside, "long-1", 10_000)
    assert await continued(as_viewer(BEN)) == ["long-1"]

    await playback.end_playback(ctx, session.id, position_ms=HOUR - 30_000)

    assert (await progress_of(as_viewer(BEN), "long-1")).is_completed
    assert await continued(as_viewer(BEN)) == []


async def test_what_was_begun_is_offered_by_pages_the_last_heard_first(as_viewer, outside) -> None:
    for key in ("long-1", "long-2", "song", "long-3"):
        await hear(as_viewer(BEN), outside, key, 5_000)

    first = await progress.list_continued(as_viewer(BEN), PageRequest(first=2))
    await hear(as_viewer(BEN), outside, "long-3", 6_000)
    last = first.rows[-1]
    rest = await continued(as_viewer(BEN), first=2, after=first.sort_key(last))

    assert [playable.id for playable in first.nodes] == ["long-3", "long-2"]
    assert (first.has_next_page, rest) == (True, ["long-1"])
    with pytest.raises(Unauthenticated):
        await continued(as_viewer(ANONYMOUS))
    with pytest.raises(BadInput):
        await continued(as_viewer(BEN), after=("long-1",))


async def test_a_private_session_leaves_no_trace_of_where_one_was(as_viewer, outside) -> None:
    session = await hear(as_viewer(BEN), outside, "long-1", 5_000, is_private=True)
    await playback.end_playback(as_viewer(BEN), session.id, position_ms=6_000)

    assert await progress_of(as_viewer(BEN), "long-1") is None
    assert await continued(as_viewer(BEN)) == []


async def mark(ctx, operation: str, position_ms: int, note: str = "", key: str = "long-1"):
    return await bookmarks.add_bookmark(
        ctx, track_key(key), operation_id=operation, position_ms=position_ms, note=note
    )


async def marks(ctx, key: str = "long-1", **page):
    playables = await find_playables(ctx, [track_key(key)])
    (found,) = await bookmarks.list_bookmarks(ctx, playables, PageRequest(**page))
    return found


async def test_bookmarks_stand_by_position_and_their_operation_makes_them_once(
    as_viewer,
) -> None:
    ctx = as_viewer(BEN)
    late = await mark(ctx, "operation-1", 2_000, "the solo")
    early = await mark(ctx, "operation-2", 1_000)
    again = await asyncio.gather(
        *(mark(as_viewer(BEN), "operation-1", 9_000, "another") for _repetition in range(2))
    )
    await mark(as_viewer(ANNA), "operation-1", 500)

    page = await marks(as_viewer(BEN), first=1)
    rest = await marks(as_viewer(BEN), first=5, after=page.sort_key(page.rows[-1]))

    assert again == [late, late]
    assert (page.nodes, page.has_next_page, rest.nodes) == ([early], True, [late])
    assert await marks(as_viewer(ANONYMOUS)) is None
    with pytest.raises(BadInput):
        await marks(as_viewer(BEN), after=("x",))


async def test_a_bookmark_is_edited_and_removed_by_its_listener_alone(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    bookmark = await mark(ctx, "operation-1", 2_000)
    outside.clock.advance(seconds=1)

    edited = await bookmarks.edit_bookmark(ctx, bookmark.id, note=" why ", position_ms=2_500)
    same = await bookmarks.edit_bookmark(as_viewer(BEN), bookmark.id, note="why")
    for viewer in (ANNA, ADMIN):
        with pytest.raises(NotFound):
            await bookmarks.edit_bookmark(as_viewer(viewer), bookmark.id, note="mine")
        await bookmarks.remove_bookmark(as_viewer(viewer), bookmark.id)
    for refused in (
        bookmarks.edit_bookmark(as_viewer(ANONYMOUS), bookmark.id),
        bookmarks.remove_bookmark(as_viewer(ANONYMOUS), bookmark.id),
        mark(as_viewer(ANONYMOUS), "operation-9", 1),
    ):
        with pytest.raises(Unauthenticated):
            await refused
    assert (await marks(as_viewer(BEN))).nodes == [edited]
    for _repetition in range(2):
        await bookmarks.remove_bookmark(ctx, bookmark.id)

    assert (edited.note, edited.position_ms, same) == ("why", 2_500, edited)
    assert (await marks(as_viewer(BEN))).nodes == []
    with pytest.raises(NotFound):
        await bookmarks.edit_bookmark(ctx, BookmarkId("none"), note="x")


@pytest.mark.parametrize(
    ("_case", "change", "refusal"),
    [
        ("no operation", {"operation": "x"}, BadInput),
        ("before the start", {"position_ms": -1}, BadInput),
        ("a novel", {"note": "x" * 1_001}, BadInput),
        ("a foreign draft", {"key": "draft-1"}, NotFound),
    ],
)
async def test_a_refused_bookmark_is_none(_case, change, refusal, as_viewer) -> None:
    asked = {"operation": "operation-1", "position_ms": 1, "note": "", "key": "long-1", **change}

    with pytest.raises(refusal):
        await mark(as_viewer(BEN), **asked)

    assert (await marks(as_viewer(BEN))).nodes == []


async def test_bookmarks_in_one_thing_have_a_bound(as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(bookmarks, "BOOKMARKS_MAX", 1)
    await mark(as_viewer(BEN), "operation-1", 1)

    with pytest.raises(TooLarge):
        await mark(as_viewer(BEN), "operation-2", 2)

    assert len((await marks(as_viewer(BEN))).nodes) == 1


async def speeds_of(ctx, *keys: str) -> list[float | None]:
    return await speeds.speeds_of(ctx, await find_playables(ctx, [track_key(k) for k in keys]))


async def test_a_thing_s_own_speed_goes_before_that_of_its_kind(as_viewer) -> None:
    assert await speeds_of(as_viewer(BEN), "song", "long-1") == [1, 1]

    await speeds.set_speed(as_viewer(BEN), speed=1.5, kind=PlayableKind.TRACK)
    await speeds.set_speed(as_viewer(BEN), speed=2, key=track_key("long-1"))
    for _repetition in range(2):
        await speeds.set_speed(as_viewer(BEN), speed=0.8, key=track_key("long-1"))

    assert await speeds_of(as_viewer(BEN), "song", "long-1") == [1.5, 0.8]
    assert await speeds_of(as_viewer(ANNA), "song") == [1]
    assert await speeds_of(as_viewer(ANONYMOUS), "song") == [None]


async def test_what_plays_follows_its_speed_at_once_and_what_comes_remembers_it(
    as_viewer, outside
) -> None:
    ctx = as_viewer(BEN)
    await speeds.set_speed(ctx, speed=1.5, key=track_key("long-2"))
    session = await playback.start_playback(
        ctx, track_key("long-1"), is_private=False, queue=[track_key("long-2")]
    )
    outside.clock.advance(seconds=10)

    faster = await speeds.set_speed(ctx, speed=2, key=track_key("long-1"))
    outside.clock.advance(seconds=10)
    heard = await heartbeats.report_position(ctx, session.id, position_ms=30_000)
    elsewhere = await speeds.set_speed(ctx, speed=3, key=track_key("song"))
    moved = await play_queues.play_next(ctx, session.id)

    assert (session.speed_percent, faster.speed_percent, faster.position_ms) == (100, 200, 10_000)
    assert heard.listened_ms == 10_000
    assert (elsewhere, moved.speed_percent) == (None, 150)


@pytest.mark.parametrize(
    ("_case", "viewer", "asked", "refusal"),
    [
        ("nobody", ANONYMOUS, {"speed": 1, "kind": PlayableKind.TRACK}, Unauthenticated),
        ("too slow", BEN, {"speed": 0.2, "kind": PlayableKind.TRACK}, BadInput),
        ("too fast", BEN, {"speed": 4.1, "kind": PlayableKind.TRACK}, BadInput),
        ("no number", BEN, {"speed": float("nan"), "kind": PlayableKind.TRACK}, BadInput),
        ("of nothing", BEN, {"speed": 1}, BadInput),
        ("of a foreign draft", BEN, {"speed": 1, "key": track_key("draft-1")}, NotFound),
    ],
)
async def test_a_refused_speed_is_not_remembered(_case, viewer, asked, refusal, as_viewer) -> None:
    with pytest.raises(refusal):
        await speeds.set_speed(as_viewer(viewer), **asked)

    assert await speeds_of(as_viewer(BEN), "song") == [1]
