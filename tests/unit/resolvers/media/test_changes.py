"""Whoever follows the feed of the public catalogue is told of every change, in one order."""

import asyncio
import random
from dataclasses import replace

import pytest
from sqlalchemy import text

from db.read import StatementCount
from db.repositories.media.catalogue import MediaRepository
from domain.media.records import Track
from domain.pages import page_request
from errors import BadInput
from resolvers.media import changes, deleting, editing, playables, releasing, tracks
from resolvers.media.releases import save_track
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep, keep_catalogue
from tests.patience import SECONDS_MAX

HIDDEN = {"released_at": None}


async def follow(ctx, since: str | None = None, first: int = 100):
    """All pages behind a cursor, and the cursor to go on with."""
    told = []
    while True:
        page = await changes.list_updates(ctx, page_request(first, since))
        told += page.nodes
        since = page.page_info.end_cursor or since
        if not page.page_info.has_next_page:
            return told, since


def names(told) -> list[str]:
    return [f"{'-' if each.is_gone else '+'}{each.key}" for each in told]


async def test_the_feed_tells_what_anyone_sees_and_buries_what_nobody_does(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    ready = [a_track(f"track-{n}", published_at=None) for n in (1, 2)]
    await keep(ctx, an_artist(**HIDDEN), an_album(**HIDDEN), *ready, a_draft("track-3"))

    await editing.update_track(ctx, "track-1", {"title": "Unheard"}, version=1)
    await deleting.delete_track(ctx, "track-3", version=None)
    assert await follow(as_viewer(BEN)) == ([], None)

    await releasing.publish_album(ctx, "album-1", at=None)
    told, cursor = await follow(as_viewer(BEN))
    assert sorted(names(told)) == ["+album-1", "+artist-1", "+track-1", "+track-2"]
    assert await follow(as_viewer(BEN), cursor) == ([], cursor)

    await editing.update_track(ctx, "track-1", {"title": "New"}, version=3)
    await playables.unpublish(ctx, ready[1].playable)
    told, cursor = await follow(as_viewer(BEN), cursor)
    assert names(told) == ["+track-1", "-track-2"]
    assert told[0].item.title == "New"

    await deleting.delete_artist(ctx, "artist-1", version=None)
    told, cursor = await follow(as_viewer(BEN), cursor)
    assert sorted(names(told)) == ["-album-1", "-artist-1", "-track-1"]
    everything, end = await follow(as_viewer(BEN))
    assert len(everything) == 4
    assert all(each.is_gone for each in everything)
    assert end == cursor


async def test_the_feed_is_the_same_for_owners_and_admins(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep(ctx, an_artist(), an_album(), a_track(published_at=None))
    await tracks.publish_track(ctx, "track-1")
    async with ctx.unit_of_work(MediaRepository) as uow:
        hidden = a_track(published_at=None, version=2)
        await uow.rows.save_track(hidden)  # hidden, and the feed has not been told yet
        await uow.commit()

    for viewer in (ANNA, BEN, ADMIN):
        told, _cursor = await follow(as_viewer(viewer))
        assert [each.is_gone for each in told if each.kind == "Track"] == [True]


async def test_pages_are_stable_while_things_change_behind_them(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    ready = [a_track(f"track-{n}", published_at=None) for n in range(6)]
    await keep(ctx, an_artist(), an_album(), *ready)
    for track in ready:
        await tracks.publish_track(ctx, track.id)
    first = await changes.list_updates(as_viewer(BEN), page_request(3, None))

    await editing.update_track(ctx, "track-0", {"title": "Again"}, version=2)
    await editing.update_track(ctx, "track-4", {"title": "Later"}, version=2)
    rest, _cursor = await follow(as_viewer(BEN), first.page_info.end_cursor, first=2)

    assert names(first.nodes) == ["+track-0", "+track-1", "+track-2"]
    assert names(rest) == ["+track-3", "+track-5", "+track-0", "+track-4"]


async def test_a_change_that_commits_late_gets_a_late_number(as_viewer, profile) -> None:
    if profile == "embedded":
        pytest.skip("SQLite has one writer at a time")
    ctx = as_viewer(ANNA)
    early, late = await keep_apart(ctx, "early", "late")

    async with ctx.unit_of_work(MediaRepository) as slow:
        await save_track(slow, late, ctx.clock)
        async with asyncio.timeout(SECONDS_MAX), ctx.unit_of_work(MediaRepository) as quick:
            await save_track(quick, early, ctx.clock)
            await quick.commit()  # does not wait for the one that began before
        told, cursor = await follow(as_viewer(BEN))
        assert names(told) == ["+early"]
        await slow.commit()

    told, _cursor = await follow(as_viewer(BEN), cursor)
    assert names(told) == ["+late"]


async def test_nobody_gets_a_number_before_the_one_with_the_lower_has_committed(
    as_viewer, databases, profile
) -> None:
    if profile == "embedded":
        pytest.skip("SQLite has one writer at a time")
    ctx = as_viewer(ANNA)
    one, two = await keep_apart(ctx, "one", "two")

    async def save_second() -> None:
        async with as_viewer(ANNA).unit_of_work(MediaRepository) as uow:
            await save_track(uow, two, ctx.clock)
            await uow.commit()

    async with asyncio.timeout(SECONDS_MAX), ctx.unit_of_work(MediaRepository) as holding:
        await save_track(holding, one, ctx.clock)
        await holding.rows.number_changes(ctx.clock.now())  # numbered, and not committed
        waiting = asyncio.create_task(save_second())
        while not await waits_for_feed(databases):
            assert not waiting.done()
            await asyncio.sleep(0)
        assert await follow(as_viewer(BEN)) == ([], None)
        await holding.commit()
        await waiting

    told, _cursor = await follow(as_viewer(BEN))
    assert names(told) == ["+one", "+two"]


async def test_a_follower_beside_many_writers_misses_nothing(as_viewer) -> None:
    chance = random.Random(7)
    keys = [f"track-{n:02d}" for n in range(12)]
    await keep(as_viewer(ANNA), an_artist(), an_album(), *(a_track(key) for key in keys))
    finished = asyncio.Event()

    async def write(number: int) -> None:
        for key in chance.sample(keys, 6):
            async with as_viewer(ANNA).unit_of_work(MediaRepository) as uow:
                track = await uow.rows.lock_track(key)
                await save_track(uow, track, as_viewer().clock)
                if number % 2:
                    await asyncio.sleep(0)
                await uow.commit()

    async def read() -> list[tuple[str, int]]:
        seen, cursor = [], None
        while True:
            is_last = finished.is_set()
            told, cursor = await follow(as_viewer(BEN), cursor, first=3)
            seen += [(each.key, each.sequence) for each in told]
            if is_last:
                return seen
            await asyncio.sleep(0)

    async with asyncio.timeout(SECONDS_MAX):
        reader = asyncio.create_task(read())
        await asyncio.gather(*(write(number) for number in range(6)))
        finished.set()
        seen = await reader

    now, _cursor = await follow(as_viewer(BEN))
    numbers = [sequence for _key, sequence in seen]
    assert numbers == sorted(set(numbers))
    assert {(each.key, each.sequence) for each in now} <= set(seen)
    assert max(numbers) == 36


@pytest.mark.parametrize("cursor", ["garbage", "WyJhIl0", "WzEsMl0", "Wy0xXQ"])
async def test_a_cursor_of_another_list_is_refused(cursor, as_viewer) -> None:
    with pytest.raises(BadInput):
        await changes.list_updates(as_viewer(), page_request(3, cursor))


async def test_a_page_of_the_feed_costs_four_statements(as_viewer) -> None:
    await keep_catalogue(as_viewer(ANNA), 60)
    async with as_viewer(ANNA).unit_of_work(MediaRepository) as uow:
        for number in range(60):
            for kind in ("Artist", "Album", "Track"):
                uow.rows.note_change(kind, f"{kind.lower()}-{number:05d}", is_public=True)
        await uow.rows.number_changes(as_viewer().clock.now())
        await uow.commit()

    for first in (10, 100):
        before = StatementCount.total
        page = await changes.list_updates(as_viewer(BEN), page_request(first, None))
        assert len(page.nodes) == first
        assert StatementCount.total - before == 4


async def keep_apart(ctx, *keys: str) -> list[Track]:
    """Public tracks, each on an album of its own, so that none waits for another's."""
    kept = [a_track(key, album_id=f"album-{key}", artist_id=f"artist-{key}") for key in keys]
    for track in kept:
        artist, album = an_artist(track.artist_id), an_album(track.album_id)
        await keep(ctx, artist, replace(album, artist_id=artist.id), track)
    return kept


async def waits_for_feed(databases) -> bool:
    """Whether somebody waits for a lock of the kind that numbers are given under."""
    async with databases.of("media").engine.connect() as connection:
        found = await connection.execute(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        )
        return bool(found.scalar_one())
