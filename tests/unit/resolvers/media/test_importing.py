"""Folders and files into the catalogue."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from blake3 import blake3
from mutagen.flac import FLAC

from adapters.transcode.transcoder import FfmpegTranscoder
from domain.media.records import PlayableState
from domain.messages.codec import decode
from domain.messages.commands import ImportFile, ImportFolder, ProcessPlayable
from domain.viewer import ANONYMOUS, Viewer
from errors import AppError, BadInput, Forbidden, TooLarge, Unauthenticated
from resolvers.context import RequestContext
from resolvers.media import importing
from resolvers.media.importing import import_file, import_folder, start_import
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, FakeOutside
from tests.unit.adapters.transcode.sounds import a_tone
from tests.unit.resolvers.media.imports import (
    OWNER,
    all_albums,
    all_artists,
    all_tracks,
    changes,
    queued,
    told,
)

AsViewer = Callable[..., RequestContext]


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


def a_song(path: Path, *, seconds: float = 0.1, **tags: str) -> Path:
    """A FLAC file with these tags; each of another sound by its length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = FLAC(a_tone(path, seconds=seconds))
    file.delete()
    file.update(tags)
    file.save()
    return path


async def ignore(_fraction: float) -> None:
    """Take no notice."""


def below(ctx: RequestContext, *roots: Path) -> RequestContext:
    return replace(ctx, limits=replace(ctx.limits, import_folder_roots=roots))


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [(ANONYMOUS, Unauthenticated), (BEN, Forbidden), (ANNA, Forbidden), (MODERATOR, Forbidden)],
)
async def test_only_an_admin_imports(
    viewer: Viewer, refusal: type[AppError], as_viewer: AsViewer, tmp_path: Path
) -> None:
    ctx = below(as_viewer(viewer), tmp_path)

    with pytest.raises(refusal):
        await start_import(ctx, str(tmp_path))

    assert await queued(ctx) == []


async def test_an_import_is_a_job_of_the_admin(as_viewer: AsViewer, tmp_path: Path) -> None:
    ctx = below(as_viewer(ADMIN), tmp_path)
    (tmp_path / "music").mkdir()

    job_id = await start_import(ctx, str(tmp_path / "x" / ".." / "music"))

    assert job_id.startswith("media.")
    [(name, payload)] = await queued(ctx)
    assert name == ImportFolder.name
    assert decode(payload, ImportFolder) == ImportFolder(
        folder=str(tmp_path / "music"), owner_id=ADMIN.user_id
    )


@pytest.mark.parametrize(
    "folder",
    ["", "no/such/folder", "a\0b", "x" * 5_000, "/etc", "../..", "~no-such-account/x", "circle"],
)
async def test_a_folder_that_may_not_be_read_is_refused(
    folder: str, as_viewer: AsViewer, tmp_path: Path
) -> None:
    ctx = below(as_viewer(ADMIN), tmp_path)
    (tmp_path / "circle").symlink_to(tmp_path / "circle")

    with pytest.raises(BadInput):
        await start_import(ctx, folder)
    with pytest.raises(BadInput):
        await start_import(ctx, f"{tmp_path}/{folder or 'x' * 300}")

    assert await queued(ctx) == []


async def test_a_link_out_of_the_allowed_place_is_refused(
    as_viewer: AsViewer, tmp_path: Path
) -> None:
    (tmp_path / "allowed").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "allowed" / "way-out").symlink_to(tmp_path / "secret")
    ctx = below(as_viewer(ADMIN), tmp_path / "allowed")

    with pytest.raises(BadInput):
        await start_import(ctx, str(tmp_path / "allowed" / "way-out"))


async def test_every_audio_file_of_a_folder_becomes_a_job(
    as_viewer: AsViewer, tmp_path: Path
) -> None:
    for name in ("b.mp3", "a/1.FLAC", "a/b/c/2.ogg", "copyright", "a/cover.jpg", ".hidden.mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "link.mp3").symlink_to("/etc/passwd")
    (tmp_path / "around").symlink_to(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/no-text-\xff.mp3")).write_bytes(b"x")
    ctx = as_viewer(ADMIN)

    await import_folder(ctx, str(tmp_path), OWNER, ignore)
    await import_folder(ctx, str(tmp_path), OWNER, ignore)

    jobs = await queued(ctx)
    assert {name for name, _ in jobs} == {ImportFile.name}
    paths = [decode(payload, ImportFile).path for _, payload in jobs]
    assert [Path(path).relative_to(tmp_path).as_posix() for path in paths] == [
        "a/1.FLAC",
        "a/b/c/2.ogg",
        "b.mp3",
    ]


async def test_a_folder_with_too_many_files_is_refused_whole(
    as_viewer: AsViewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "FILES_MAX", 1)
    (tmp_path / "a.mp3").write_bytes(b"x")
    (tmp_path / "b.mp3").write_bytes(b"x")
    ctx = as_viewer(ADMIN)

    with pytest.raises(TooLarge):
        await import_folder(ctx, str(tmp_path), OWNER, ignore)

    assert await queued(ctx) == []


async def test_a_folder_that_went_away_is_said_so(as_viewer: AsViewer, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        await import_folder(as_viewer(ADMIN), str(tmp_path / "gone"), OWNER, ignore)


async def test_a_file_becomes_a_track_on_its_way(
    as_viewer: AsViewer, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    path = a_song(
        tmp_path / "03 reel.flac",
        title="Reel",
        artist="Anna",
        album="Kettle",
        albumartist="The Lanterns",
        tracknumber="3/12",
        date="2023",
        genre="Folk",
    )
    digest = blake3(path.read_bytes()).hexdigest()

    await import_file(ctx, transcoder, str(path), OWNER)

    [track] = await all_tracks(ctx)
    [album] = await all_albums(ctx)
    anna, lanterns = await all_artists(ctx)
    assert (track.title, track.track_number, track.year, track.genre) == ("Reel", 3, 2023, "Folk")
    assert (track.state, track.published_at) == (PlayableState.UPLOADED, ctx.clock.now())
    assert (track.file_name, track.source_hash) == ("03 reel.flac", digest)
    assert track.source_bytes == path.stat().st_size
    assert (track.owner_id, track.artist_id, track.album_id) == (OWNER, anna.id, album.id)
    assert (anna.name, lanterns.name) == ("Anna", "The Lanterns")
    assert (album.title, album.artist_id, album.release_date) == ("Kettle", lanterns.id, "2023")
    assert outside.store.objects.keys() == {f"originals/{digest[:2]}/{digest}"}
    assert outside.store.objects[str(track.source_key)][0] == path.read_bytes()
    [(name, payload)] = await queued(ctx)
    assert name == ProcessPlayable.name
    assert decode(payload, ProcessPlayable).playable_id == track.id
    assert changes(await told(ctx)) == ["UPLOADED hidden"]


async def test_the_same_file_is_imported_once(
    as_viewer: AsViewer, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    path = a_song(tmp_path / "a.flac", title="Reel")
    copy = tmp_path / "copy.flac"
    copy.write_bytes(path.read_bytes())

    for each in (path, path, copy):
        await import_file(ctx, transcoder, str(each), OWNER)

    assert len(await all_tracks(ctx)) == 1
    assert len(await all_albums(ctx)) == 1
    assert len(await queued(ctx)) == 1


async def test_tracks_of_an_album_meet_on_it(
    as_viewer: AsViewer, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    tags = {"artist": "Sigur Rós", "album": "Ágætis byrjun"}
    first = a_song(tmp_path / "a.flac", title="One", seconds=0.1, **tags)
    shouted = {"artist": "SIGUR ROS", "album": "agaetis  byrjun"}
    second = a_song(tmp_path / "b.flac", title="Two", seconds=0.2, **shouted)

    await import_file(ctx, transcoder, str(first), OWNER)
    await import_file(ctx, transcoder, str(second), OWNER)

    [album] = await all_albums(ctx)
    assert {track.album_id for track in await all_tracks(ctx)} == {album.id}


async def test_a_file_without_tags_is_a_single_called_by_its_name(
    as_viewer: AsViewer, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    for number in (1, 2):
        path = a_song(tmp_path / str(number) / "07_machine_wars.flac", seconds=number / 10)
        await import_file(ctx, transcoder, str(path), OWNER)

    tracks, albums = await all_tracks(ctx), await all_albums(ctx)
    assert [track.title for track in tracks] == ["machine wars", "machine wars"]
    assert [album.title for album in albums] == ["machine wars", "machine wars"]
    assert [artist.name for artist in await all_artists(ctx)] == ["Unknown Artist"]
    assert {track.album_id for track in tracks} == {album.id for album in albums}


async def test_a_file_that_is_no_recording_becomes_a_track_that_will_say_so(
    as_viewer: AsViewer, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    path = tmp_path / "notes.mp3"
    path.write_text("not a song")

    await import_file(ctx, transcoder, str(path), OWNER)

    [track] = await all_tracks(ctx)
    assert (track.title, track.state) == ("notes", PlayableState.UPLOADED)


async def test_a_file_that_is_too_large_leaves_no_trace(
    as_viewer: AsViewer, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    ctx = as_viewer(ADMIN)
    ctx = replace(ctx, limits=replace(ctx.limits, upload_bytes_max=100))
    path = a_song(tmp_path / "a.flac")

    with pytest.raises(TooLarge):
        await import_file(ctx, transcoder, str(path), OWNER)
    with pytest.raises(BadInput):
        await import_file(ctx, transcoder, str(tmp_path / "gone.flac"), OWNER)

    assert await all_tracks(ctx) == []
    assert outside.store.objects == {}
