"""Objects that nothing refers to are found and deleted; all others stay."""

from collections.abc import Callable
from datetime import timedelta

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.processing import Processing, ProcessingRepository
from domain.ids import PlayableKind
from domain.media.records import PlayableState
from domain.messages.commands import DropStream
from resolvers.context import RequestContext
from resolvers.media.orphans import Swept, sweep
from tests.conftest import ADMIN, FakeOutside
from tests.factories.media import LONG_AGO, a_track, an_album, an_artist, keep

AsViewer = Callable[..., RequestContext]

NOTHING = Swept()


async def put(outside: FakeOutside, *keys: str) -> None:
    for key in keys:
        await outside.store.put(key, b"x", "")


async def test_what_is_referred_to_stays(as_viewer: AsViewer, outside: FakeOutside) -> None:
    ctx = as_viewer(ADMIN)
    kept = [
        "originals/ab/track-1",
        "hls/track-1/h.3.1/master.m3u8",
        "hls/track-1/h.3.1/low/00000.m4s",
        "covers/album-1/abc/1200.jpg",
        "covers/album-1/abc/64.webp",
        "somewhere/else/of/others",
    ]
    await keep(
        ctx,
        an_artist(),
        an_album(cover_key="covers/album-1/abc/1200.jpg"),
        a_track(hls_key="hls/track-1/h.3.1/master.m3u8"),
    )
    await put(outside, *kept)

    assert await sweep(ctx) == NOTHING
    assert sorted(outside.store.objects) == sorted(kept)


async def test_what_nothing_refers_to_is_deleted_once(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    await keep(
        ctx,
        an_artist(),
        an_album(cover_key="covers/album-1/abc/1200.jpg"),
        a_track(hls_key="hls/track-1/h.3.1/master.m3u8"),
    )
    await put(
        outside,
        "hls/track-1/h.3.0/low/00000.m4s",
        "hls/gone/h.3.0/master.m3u8",
        "covers/album-1/other/64.jpg",
        "covers/album-1/older.jpg",
        "covers/gone/abc/64.jpg",
        "originals/cd/nobodys",
    )

    assert await sweep(ctx) == Swept(streams=2, covers=3, originals=1)
    assert outside.store.objects == {}
    assert await sweep(ctx) == NOTHING


async def test_what_was_deleted_keeps_its_original_alone(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    await keep(
        ctx,
        an_artist(),
        an_album(cover_key="covers/album-1/abc/1200.jpg", deleted_at=LONG_AGO),
        a_track(hls_key="hls/track-1/h.3.1/master.m3u8", deleted_at=LONG_AGO),
    )
    await put(
        outside,
        "originals/ab/track-1",
        "hls/track-1/h.3.1/master.m3u8",
        "covers/album-1/abc/64.jpg",
    )

    assert await sweep(ctx) == Swept(streams=1, covers=1)
    assert list(outside.store.objects) == ["originals/ab/track-1"]


async def test_what_is_young_may_belong_to_work_that_has_not_committed(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    await put(outside, "hls/new/h.3.0/low/00000.m4s", "covers/new/abc/64.jpg", "originals/cd/new")

    swept = await sweep(ctx, age_min=timedelta(days=365))

    assert swept == NOTHING
    assert len(outside.store.objects) == 3


async def test_half_a_stream_stays_while_it_is_being_made(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    first = a_track("first", state=PlayableState.PROCESSING, hls_key=None)
    again = a_track("again", hls_key="hls/again/h.3.0/master.m3u8")
    await keep(ctx, an_artist(), an_album(), first, again)
    async with ctx.unit_of_work(ProcessingRepository) as uow:
        asked = Processing(playable=str(again.playable), run=1, is_asked=True)
        await uow.rows.save_processing(asked)
        await uow.commit()
    await put(outside, "hls/first/h.3.0/low/00000.m4s", "hls/again/h.3.1/low/00000.m4s")

    assert await sweep(ctx) == NOTHING


async def test_an_old_stream_waits_for_its_last_listener(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    await keep(ctx, an_artist(), an_album(), a_track(hls_key="hls/track-1/h.3.1/master.m3u8"))
    folder = "hls/track-1/h.3.0/"
    async with ctx.unit_of_work(MediaRepository) as uow:
        drop = DropStream(kind=PlayableKind.TRACK, playable_id="track-1", folder=folder)
        await uow.send(drop, available_at=ctx.clock.now() + timedelta(hours=1))
        await uow.commit()
    await put(outside, f"{folder}low/00000.m4s")

    assert await sweep(ctx) == NOTHING


async def test_a_great_many_are_looked_at_some_at_a_time(
    as_viewer: AsViewer, outside: FakeOutside
) -> None:
    ctx = as_viewer(ADMIN)
    await put(outside, *(f"hls/{number:04d}/h.3.0/master.m3u8" for number in range(1_203)))

    assert await sweep(ctx) == Swept(streams=1_203)
    assert outside.store.objects == {}
