"""Feeds keep their order while they are walked, and follow what is played."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from db.read import StatementCount
from db.repositories.media.catalogue import MediaRepository
from db.tables.media.catalogue import tracks as track_table
from db.tables.media.feeds import feed_places, feed_snapshots, play_scores
from db.tables.media.playback import playback_sessions, plays
from domain.ids import PlayableKind
from domain.media.feeds import FeedOrder, FeedPlace, add_heats, heat_of, personal_order
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput
from resolvers.media.feeds import feed
from resolvers.media.ranking import rank_plays
from resolvers.media.search import search
from tests.conftest import ANNA, BEN
from tests.factories.media import LONG_AGO, a_draft, a_track, an_album, an_artist, keep

FIRST = page_request(None, None)
LISTED = [FeedOrder.POPULAR, FeedOrder.PERSONAL]


@pytest.fixture
async def catalogue(as_viewer):
    await keep(
        as_viewer(ANNA),
        an_artist("artist-1"),
        an_album("album-1"),
        an_artist("artist-2"),
        an_album("album-2", artist_id="artist-2"),
        *(
            a_track(
                f"track-{number}",
                title=f"Wave {number}",
                published_at=LONG_AGO + timedelta(days=number),
                genre="Jazz" if number % 2 else "Rock",
            )
            for number in range(1, 7)
        ),
        a_track("track-7", title="Other wave", artist_id="artist-2", album_id="album-2"),
        a_draft("draft-1"),
    )


async def play(databases, clock, key: str, times: int = 1, *, user: str = "ben", days_ago: int = 1):
    """Count plays as playback does: rows, each of a session of its own."""
    prefix = f"{key}-{user}-{days_ago}-{clock.now().timestamp()}"
    async with databases.of("media").engine.begin() as connection:
        artist = select(track_table.c.artist_id).where(track_table.c.id == key)
        artist_id = (await connection.execute(artist)).scalar_one()
        for number in range(times):
            session = dict.fromkeys(("device_id", "sleep_at"))
            await connection.execute(
                insert(playback_sessions).values(
                    **session,
                    id=f"{prefix}-{number}",
                    user_id=user,
                    playable=f"Track:{key}",
                    entry_id="e",
                    start_number=1,
                    state="ENDED",
                    position_ms=0,
                    listened_ms=30_000,
                    is_counted=True,
                    sequence=1,
                    is_private=False,
                    is_bot=False,
                    volume=100,
                    speed_percent=100,
                    sleeps_after_entry=False,
                    started_at=clock.now(),
                    updated_at=clock.now(),
                )
            )
            await connection.execute(
                insert(plays).values(
                    id=f"{prefix}-{number}",
                    session_id=f"{prefix}-{number}",
                    start_number=1,
                    playable=f"Track:{key}",
                    artist_id=artist_id,
                    user_id=user,
                    listened_ms=30_000,
                    is_private=False,
                    played_at=clock.now() - timedelta(days=days_ago, seconds=number),
                )
            )


async def keys(ctx, order: FeedOrder, **asked) -> list[str]:
    return [each.id for each in (await feed(ctx, order, FIRST, **asked)).nodes]


async def test_the_newest_publication_comes_first(as_viewer, catalogue) -> None:
    ctx = as_viewer(BEN)

    assert await keys(ctx, FeedOrder.NEW) == [
        *(f"track-{number}" for number in range(6, 0, -1)),
        "track-7",
    ]
    assert await keys(ctx, FeedOrder.NEW, genre="Jazz") == ["track-5", "track-3", "track-1"]
    assert await keys(ctx, FeedOrder.NEW, kind=PlayableKind.VIDEO) == []
    assert await keys(ctx, FeedOrder.NEW, kind=PlayableKind.VIDEO, genre="Jazz") == []


async def test_the_most_played_of_late_comes_first_and_then_the_newest(
    as_viewer, databases, outside, catalogue
) -> None:
    await play(databases, outside.clock, "track-2", 4, days_ago=60)
    await play(databases, outside.clock, "track-3", 2, days_ago=1)
    await play(databases, outside.clock, "track-5", 1, days_ago=2)

    scored = await rank_plays(as_viewer(ANNA))

    popular = await keys(as_viewer(ANONYMOUS), FeedOrder.POPULAR)
    assert scored == 7
    assert popular[:3] == ["track-3", "track-5", "track-2"]
    assert set(popular) == {f"track-{number}" for number in range(1, 8)}
    assert await keys(as_viewer(BEN), FeedOrder.POPULAR, genre="jazz") == [
        "track-3",
        "track-5",
        "track-1",
    ]


async def test_plays_are_scored_once_however_often_the_job_runs(
    as_viewer, databases, outside, catalogue
) -> None:
    await play(databases, outside.clock, "track-3", 3)

    counts = [await rank_plays(as_viewer(ANNA)) for _ in range(3)]

    async with databases.of("media").engine.connect() as connection:
        scores = (await connection.execute(select(play_scores.c.plays))).scalars().all()
        snapshots = (await connection.execute(select(feed_snapshots.c.snapshot))).scalars().all()
    assert counts == [3, 0, 0]
    assert scores == [3]
    assert sorted(snapshots) == [1, 2, 3]


async def test_a_few_snapshots_are_kept(as_viewer, databases, catalogue) -> None:
    for _ in range(5):
        await rank_plays(as_viewer(ANNA))

    async with databases.of("media").engine.connect() as connection:
        kept = (await connection.execute(select(feed_places.c.snapshot).distinct())).scalars()
        assert sorted(kept) == [3, 4, 5]


async def test_who_has_played_nothing_gets_what_is_popular(
    as_viewer, databases, outside, catalogue
) -> None:
    await play(databases, outside.clock, "track-3", 2)
    await rank_plays(as_viewer(ANNA))

    popular = await keys(as_viewer(BEN), FeedOrder.POPULAR)
    assert await keys(as_viewer(ANNA), FeedOrder.PERSONAL) == popular
    assert await keys(as_viewer(ANONYMOUS), FeedOrder.PERSONAL) == popular


async def test_a_favourite_artist_comes_first(as_viewer, databases, outside, catalogue) -> None:
    await play(databases, outside.clock, "track-7", 5, user="ben", days_ago=90)
    await play(databases, outside.clock, "track-3", 2, user="carl")
    await rank_plays(as_viewer(ANNA))

    assert (await keys(as_viewer(ANONYMOUS), FeedOrder.POPULAR))[0] == "track-3"
    assert (await keys(as_viewer(BEN), FeedOrder.PERSONAL))[0] == "track-7"


@pytest.mark.parametrize("order", LISTED)
async def test_a_walk_keeps_the_snapshot_it_began_in(
    order, as_viewer, databases, outside, catalogue
) -> None:
    await play(databases, outside.clock, "track-3", 2)
    await play(databases, outside.clock, "track-7", 1)
    await rank_plays(as_viewer(ANNA))
    whole = await keys(as_viewer(BEN), order)

    seen, after = [], None
    for turn in range(4):
        page = await feed(as_viewer(BEN), order, page_request(2, after))
        seen += [each.id for each in page.nodes]
        after = page.page_info.end_cursor
        if turn < 2:
            await play(databases, outside.clock, f"track-{turn + 1}", 9, days_ago=2 + turn)
            await rank_plays(as_viewer(ANNA))

    assert seen == whole
    assert page.page_info.has_next_page is False


async def test_what_was_hidden_is_left_out(as_viewer, databases, catalogue) -> None:
    await rank_plays(as_viewer(ANNA))
    async with databases.of("media").engine.begin() as connection:
        hidden = update(track_table).where(track_table.c.id == "track-4")
        await connection.execute(hidden.values(published_at=None))

    for order in FeedOrder:
        assert "track-4" not in await keys(as_viewer(BEN), order)


@pytest.mark.parametrize(("order", "statements"), [("NEW", 2), ("POPULAR", 3), ("PERSONAL", 4)])
async def test_a_page_costs_the_same_statements_however_long(
    order, statements, as_viewer, catalogue
) -> None:
    await rank_plays(as_viewer(ANNA))

    for first in (2, 7):
        before = StatementCount.total
        await feed(as_viewer(BEN), FeedOrder(order), page_request(first, None))
        assert StatementCount.total - before == statements


@pytest.mark.parametrize("order", LISTED)
@pytest.mark.parametrize("after", ["garbage", "WzFd", "WyJhIiwxXQ", "WzEsMiwyMTQ3NDgzNjQ4XQ"])
async def test_a_cursor_of_another_list_is_refused(order, after, as_viewer) -> None:
    with pytest.raises(BadInput):
        await feed(as_viewer(BEN), order, page_request(2, after))


async def test_a_genre_without_end_is_refused(as_viewer) -> None:
    with pytest.raises(BadInput):
        await feed(as_viewer(BEN), FeedOrder.NEW, FIRST, genre="x" * 101)


async def test_search_gives_the_most_played_first_and_keeps_a_walk_in_its_order(
    as_viewer, databases, outside, catalogue
) -> None:
    ctx = as_viewer(ANNA)
    before = [each.id for each in (await search(ctx, "wave", FIRST)).nodes]
    first = await search(ctx, "wave", page_request(3, None))

    await play(databases, outside.clock, "track-1", 9)
    await rank_plays(ctx)

    after = first.page_info.end_cursor
    rest = await search(ctx, "wave", page_request(9, after))
    now = [each.id for each in (await search(ctx, "wave", FIRST)).nodes]
    assert [each.id for each in (*first.nodes, *rest.nodes)] == before
    assert now[0] == "track-1"
    assert sorted(now) == sorted(before)


async def test_a_moved_entry_is_changed_and_removed_with_its_thing(
    as_viewer, databases, outside, catalogue
) -> None:
    ctx = as_viewer(ANNA)
    await play(databases, outside.clock, "track-1", 9)
    await rank_plays(ctx)

    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(a_track("track-1").id)
        await uow.rows.save_track(replace(track, title="Tide"))
        await uow.commit()

    assert [each.id for each in (await search(ctx, "tide", FIRST)).nodes] == ["track-1"]
    assert "track-1" not in [each.id for each in (await search(ctx, "wave", FIRST)).nodes]


@given(st.lists(st.integers(0, 400), min_size=1, max_size=30))
def test_heats_add_up_and_later_plays_are_hotter(days) -> None:
    heats = [heat_of(LONG_AGO + timedelta(days=each)) for each in days]

    assert add_heats(heats) >= max(heats)
    assert add_heats([add_heats(heats), heat_of(LONG_AGO)]) == pytest.approx(
        add_heats([*heats, heat_of(LONG_AGO)])
    )


@given(
    st.dictionaries(st.sampled_from(["a:1", "a:2", "g:x"]), st.integers(0, 1000)),
    st.lists(st.sampled_from(["1", "2", None]), max_size=50),
)
def test_personal_order_holds_each_place_once_and_lifts_by_a_bound(tastes, artists) -> None:
    places = [FeedPlace(f"Track:{n}", n, artist, "x") for n, artist in enumerate(artists)]

    ordered = personal_order(places, tastes)

    assert sorted(each.place for _, each in ordered) == list(range(len(places)))
    assert all(0 <= each.place - rank <= 80 for rank, each in ordered)
