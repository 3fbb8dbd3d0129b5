"""Covers: from a file to every size that a client may ask for."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture

from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.catalogue import MediaRepository
from devtools.demo_music import draw_cover
from devtools.demo_score import GLASS, TIDES
from domain.media.pictures import SIDES, PictureFormat, picture_hash, sized_key
from errors import BadInput
from resolvers.context import RequestContext
from resolvers.media import covers, reprocessing
from resolvers.media.importing import import_file
from tests.conftest import ADMIN, BEN, FakeOutside
from tests.factories.media import a_track, an_album, keep_tracks
from tests.unit.adapters.transcode.sounds import a_tone
from tests.unit.resolvers.media.imports import OWNER, all_albums, all_tracks
from tests.unit.resolvers.media.test_processing import imported, process
from tests.unit.subgraphs.media.executing import run, track_id

AsViewer = Callable[..., RequestContext]

COVER = """
query Cover($id: ID!, $size: Int) {
  track(id: $id) {
    coverUrl
    album { coverUrl dominantColour webp: cover(size: $size) jpeg: cover(size: 64, format: JPEG) }
  }
}
"""


@pytest.fixture
def ctx(as_viewer: AsViewer) -> RequestContext:
    return as_viewer(ADMIN)


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


async def test_a_cover_is_served_in_every_size(
    ctx: RequestContext,
    as_viewer: AsViewer,
    outside: FakeOutside,
    transcoder: FfmpegTranscoder,
    tmp_path: Path,
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder, cover=draw_cover(TIDES))
    await process(ctx, transcoder, track.id)

    told = (await run(as_viewer(BEN), COVER, id=track_id(track.id), size=500))["track"]

    [album] = await all_albums(ctx)
    folder = str(album.cover_key).removesuffix("1200.jpg")
    stored = {key: kind for key, (_, kind) in outside.store.objects.items() if "covers/" in key}
    assert stored == {
        f"{folder}{side}.{each.value}": each.content_type
        for side in SIDES
        for each in PictureFormat
    }
    assert told["coverUrl"] == told["album"]["coverUrl"]
    assert told["coverUrl"].endswith(f"/{folder}1200.jpg")
    assert told["album"]["webp"].endswith(f"/{folder}640.webp")
    assert told["album"]["jpeg"].endswith(f"/{folder}64.jpg")
    assert told["album"]["dominantColour"] == album.cover_color
    assert str(album.cover_color).startswith("#")


async def test_a_messy_picture_spoils_no_track(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder, cover=b"\xff\xd8\xff no picture")

    await process(ctx, transcoder, track.id)

    [album] = await all_albums(ctx)
    [ready] = await all_tracks(ctx)
    assert (ready.state.value, album.cover_key, album.cover_color) == ("READY", None, None)
    assert [key for key in outside.store.objects if "covers/" in key] == []


async def test_the_second_picture_of_an_album_is_not_kept(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    first = await imported(ctx, tmp_path / "a.flac", transcoder, cover=draw_cover(TIDES))
    await process(ctx, transcoder, first.id)
    before = [key for key in outside.store.objects if "covers/" in key]
    (tmp_path / "b").mkdir()
    other = tmp_path / "b" / "b.flac"
    await import_with_another_cover(ctx, transcoder, other)

    [second] = [each for each in await all_tracks(ctx) if each.id != first.id]
    await process(ctx, transcoder, second.id)

    assert second.album_id == first.album_id
    assert [key for key in outside.store.objects if "covers/" in key] == before


async def test_a_cover_of_one_size_gets_the_others_when_it_is_made_anew(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder, cover=draw_cover(TIDES))
    await process(ctx, transcoder, track.id)
    [album] = await all_albums(ctx)
    name = picture_hash(str(album.cover_key))
    async with ctx.unit_of_work(MediaRepository) as uow:
        await uow.rows.save_album(replace(album, cover_key=f"covers/{album.id}/{name}.jpg"))
        await uow.commit()

    await reprocessing.reprocess(ctx, track.playable)
    await process(ctx, transcoder, track.id)

    [after] = await all_albums(ctx)
    assert after.cover_key == album.cover_key


@pytest.mark.parametrize(
    ("_case", "key", "side", "sized"),
    [
        ("the very size", "covers/a/h/1200.jpg", 320, "covers/a/h/320.webp"),
        ("the next larger", "covers/a/h/1200.jpg", 321, "covers/a/h/640.webp"),
        ("the largest there is", "covers/a/h/1200.jpg", 4000, "covers/a/h/1200.webp"),
        ("the smallest there is", "covers/a/h/1200.jpg", 1, "covers/a/h/64.webp"),
        ("one that has no sizes", "covers/a/h.jpg", 64, "covers/a/h.jpg"),
    ],
)
def test_a_size_is_found_among_those_made(_case: str, key: str, side: int, sized: str) -> None:
    assert sized_key(key, side, PictureFormat.WEBP) == sized


@pytest.mark.parametrize("size", [0, -1, 4_097])
async def test_a_size_out_of_bounds_is_refused(size: int, as_viewer: AsViewer) -> None:
    ctx = as_viewer(BEN)
    await keep_tracks(ctx, a_track())

    with pytest.raises(BadInput):
        covers.cover_urls(ctx, [an_album()], size=size, picture_format=PictureFormat.JPEG)


async def import_with_another_cover(
    ctx: RequestContext, transcoder: FfmpegTranscoder, path: Path
) -> None:
    file = FLAC(a_tone(path, seconds=1))
    file.update({"artist": "Anna", "album": "Kettle"})
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/jpeg", draw_cover(GLASS)
    file.add_picture(picture)
    file.save()
    await import_file(ctx, transcoder, str(path), OWNER)
