"""From an original to a stream, and every way it can go wrong."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture

from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.catalogue import MediaRepository
from devtools.demo_music import draw_cover
from devtools.demo_score import TIDES
from domain.ids import PlayableKey, PlayableKind, TrackId
from domain.media.recordings import AudioFacts, OnProgress, OnStepProgress, Rendition
from domain.media.records import PlayableState, Track
from errors import NotAudio, StorageUnavailable, TranscodeFailed
from resolvers.context import RequestContext
from resolvers.media import processing
from resolvers.media.importing import import_file
from tests.conftest import ADMIN, FakeOutside
from tests.unit.adapters.transcode.sounds import a_tone, decoded_seconds
from tests.unit.resolvers.media.imports import (
    OWNER,
    all_albums,
    all_artists,
    all_tracks,
    changes,
    told,
)

AsViewer = Callable[..., RequestContext]


class BrokenTranscoder(FfmpegTranscoder):
    """Fails in mid-render, after some files were written."""

    async def render(
        self,
        path: Path,
        target: Path,
        on_progress: OnProgress,
        *,
        facts: AudioFacts,
        sample_count: int,
    ) -> list[Rendition]:
        await super().render(path, target, on_progress, facts=facts, sample_count=sample_count)
        raise TranscodeFailed("FFmpeg exited with 1.")


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


@pytest.fixture
def ctx(as_viewer: AsViewer) -> RequestContext:
    return as_viewer(ADMIN)


async def ignore(_fraction: float, _step: str) -> None:
    """Take no notice."""


async def imported(
    ctx: RequestContext, path: Path, transcoder: FfmpegTranscoder, *, cover: bytes | None = None
) -> Track:
    """A track of a tone of two seconds, tagged, as the import leaves it."""
    file = FLAC(a_tone(path, seconds=2, level_db=-20))
    file.delete()
    file.update({"artist": "Anna", "album": "Kettle", "isrc": "QZABC2300007", "genre": "Folk"})
    if cover is not None:
        picture = Picture()
        picture.type, picture.mime, picture.data = 3, "image/jpeg", cover
        file.add_picture(picture)
    file.save()
    await import_file(ctx, transcoder, str(path), OWNER)
    [track] = await all_tracks(ctx)
    return track


async def process(
    ctx: RequestContext,
    transcoder: FfmpegTranscoder,
    track_id: str,
    *,
    on_progress: OnStepProgress = ignore,
    is_last_attempt: bool = False,
) -> None:
    await processing.process(
        ctx,
        transcoder,
        PlayableKey(PlayableKind.TRACK, track_id),
        on_progress=on_progress,
        is_last_attempt=is_last_attempt,
    )


async def test_a_recording_becomes_a_stream(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder, cover=draw_cover(TIDES))
    heard: list[float] = []

    async def hear(fraction: float, _step: str) -> None:
        heard.append(fraction)

    await process(ctx, transcoder, track.id, on_progress=hear)

    [ready] = await all_tracks(ctx)
    [album] = await all_albums(ctx)
    folder = f"hls/{track.id}/{track.source_hash}.3.0/"
    assert ready.state is PlayableState.READY
    assert (ready.duration_ms, ready.codec, ready.sample_rate) == (2_000, "flac", 44_100)
    assert (ready.channels, ready.isrc, ready.genre) == (2, "QZABC2300007", "Folk")
    assert abs((ready.loudness_lufs or 0) + 20) < 0.2
    assert abs((ready.true_peak_db or 0) + 20) < 0.3
    assert ready.waveform is not None
    assert len(ready.waveform) == 800
    assert ready.hls_key == f"{folder}master.m3u8"
    assert album.cover_key is not None
    assert album.cover_key.startswith(f"covers/{album.id}/")
    assert outside.store.objects[album.cover_key][0][:2] == b"\xff\xd8"
    assert heard == sorted(heard)
    assert 0.9 <= heard[-1] <= 1.0
    assert changes(await told(ctx)) == ["UPLOADED hidden", "PROCESSING hidden", "READY public"]
    assert "media.album_released.v1" in await told(ctx)
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_a_public_track_shows_its_artist_beside_the_albums(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    tags = {"artist": "Doug", "album": "The Battle", "albumartist": "The Project"}
    file = FLAC(a_tone(tmp_path / "a.flac", seconds=0.2))
    file.update(tags)
    file.save()
    await import_file(ctx, transcoder, str(file.filename), OWNER)
    [track] = await all_tracks(ctx)
    hidden = await all_artists(ctx)

    await process(ctx, transcoder, track.id)

    shown = await all_artists(ctx)
    assert [(each.name, each.released_at) for each in hidden] == [
        ("Doug", None),
        ("The Project", None),
    ]
    assert [each.released_at for each in shown] == [ctx.clock.now(), ctx.clock.now()]
    assert (await told(ctx)).count("media.album_released.v1") == 1


async def test_what_was_stored_plays_from_end_to_end(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)

    await process(ctx, transcoder, track.id)

    stored = {key: data for key, (data, _) in outside.store.objects.items() if "hls/" in key}
    for key, data in stored.items():
        file = tmp_path / "download" / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    master = tmp_path / "download" / "hls" / track.id / f"{track.source_hash}.3.0" / "master.m3u8"
    for playlist in (master, *(master.parent / n / "index.m3u8" for n in ("low", "high"))):
        assert abs(decoded_seconds(playlist) - 2.0) < 0.1
    types = {Path(key).suffix[1:]: outside.store.objects[key][1] for key in stored}
    assert types["m3u8"] == "application/vnd.apple.mpegurl"
    assert types["m4s"] == types["mp4"] == "audio/mp4"


async def test_a_second_run_changes_nothing(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    before = await all_tracks(ctx), dict(outside.store.objects), await told(ctx)

    await process(ctx, transcoder, track.id)

    assert (await all_tracks(ctx), dict(outside.store.objects), await told(ctx)) == before


async def test_a_run_cut_off_in_the_middle_is_taken_up_again(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    left_behind = f"hls/{track.id}/{track.source_hash}.3.0/low/99999.m4s"
    reached = asyncio.Event()

    async def stop_at_the_store(fraction: float, _step: str) -> None:
        if fraction >= 0.93:
            await outside.store.put(left_behind, b"half", "audio/mp4")
            reached.set()
            await asyncio.Event().wait()

    work = asyncio.create_task(process(ctx, transcoder, track.id, on_progress=stop_at_the_store))
    await reached.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    [cut_off] = await all_tracks(ctx)

    await process(ctx, transcoder, track.id)

    [ready] = await all_tracks(ctx)
    assert (cut_off.state, ready.state) == (PlayableState.PROCESSING, PlayableState.READY)
    assert left_behind not in outside.store.objects
    assert changes(await told(ctx)) == ["UPLOADED hidden", "PROCESSING hidden", "READY public"]
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_a_file_without_sound_fails_with_its_reason_at_once(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    path = tmp_path / "notes.mp3"
    path.write_text("not a song")
    await import_file(ctx, transcoder, str(path), OWNER)
    [track] = await all_tracks(ctx)

    with pytest.raises(NotAudio):
        await process(ctx, transcoder, track.id)

    [failed] = await all_tracks(ctx)
    assert failed.state is PlayableState.FAILED
    assert failed.failure_code == "NOT_AUDIO"
    assert failed.failure == "The file is text, not audio."
    assert changes(await told(ctx))[-1] == "FAILED hidden"
    assert outside.store.objects.keys() == {track.source_key}


async def test_a_passing_fault_leaves_the_track_for_the_next_attempt(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)

    with pytest.raises(TranscodeFailed):
        await process(ctx, BrokenTranscoder(tmp_path / "scratch"), track.id)

    [waiting] = await all_tracks(ctx)
    assert (waiting.state, waiting.failure) == (PlayableState.PROCESSING, None)
    await process(ctx, transcoder, track.id)
    [ready] = await all_tracks(ctx)
    assert ready.state is PlayableState.READY


async def test_the_last_attempt_says_why_and_leaves_no_half_stream(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await outside.store.put(f"hls/{track.id}/{track.source_hash}.3.0/low/00000.m4s", b"half", "")

    with pytest.raises(TranscodeFailed):
        await process(ctx, BrokenTranscoder(tmp_path / "scratch"), track.id, is_last_attempt=True)

    [failed] = await all_tracks(ctx)
    assert (failed.state, failed.failure_code) == (PlayableState.FAILED, "TRANSCODE_FAILED")
    assert outside.store.objects.keys() == {track.source_key}
    assert list((tmp_path / "scratch").iterdir()) == []


async def test_a_failed_track_can_be_tried_again(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    with pytest.raises(TranscodeFailed):
        await process(ctx, BrokenTranscoder(tmp_path / "scratch"), track.id, is_last_attempt=True)

    await process(ctx, transcoder, track.id)

    [ready] = await all_tracks(ctx)
    assert (ready.state, ready.failure, ready.failure_code) == (PlayableState.READY, None, None)


async def test_a_missing_original_is_no_reason_to_try_again(
    ctx: RequestContext, outside: FakeOutside, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    outside.store.objects.clear()

    with pytest.raises(Exception, match="No such object"):
        await process(ctx, transcoder, track.id)

    [failed] = await all_tracks(ctx)
    assert (failed.state, failed.failure_code) == (PlayableState.FAILED, "NOT_FOUND")


async def test_a_file_that_was_replaced_meanwhile_is_not_overwritten(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)

    async def replace_at_the_end(fraction: float, _step: str) -> None:
        if fraction == 1.0:
            async with ctx.unit_of_work(MediaRepository) as uow:
                now = await uow.rows.lock_track(TrackId(track.id))
                assert now is not None
                newer = replace(now, state=PlayableState.UPLOADED, source_hash="newer")
                await uow.rows.save_track(newer)
                await uow.commit()

    await process(ctx, transcoder, track.id, on_progress=replace_at_the_end)

    [now] = await all_tracks(ctx)
    assert (now.state, now.source_hash, now.hls_key) == (PlayableState.UPLOADED, "newer", None)


async def test_what_its_owner_said_stays(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    async with ctx.unit_of_work(MediaRepository) as uow:
        await uow.rows.save_track(replace(track, title="Mine", genre="Polka", year=1999))
        await uow.commit()

    await process(ctx, transcoder, track.id)

    [ready] = await all_tracks(ctx)
    assert (ready.title, ready.genre, ready.year) == ("Mine", "Polka", 1999)


async def test_a_bug_of_ours_is_not_told_but_ends_the_wait(
    ctx: RequestContext,
    transcoder: FfmpegTranscoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)

    async def fail(path: Path) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(transcoder, "draw_waveform", fail)

    with pytest.raises(ZeroDivisionError):
        await process(ctx, transcoder, track.id)

    [failed] = await all_tracks(ctx)
    assert (failed.state, failed.failure_code) == (PlayableState.FAILED, "INTERNAL")
    assert failed.failure == "Something went wrong on our side; the file may be fine."


async def test_a_track_that_is_gone_is_no_work(
    ctx: RequestContext, transcoder: FfmpegTranscoder
) -> None:
    await process(ctx, transcoder, "gone")

    assert await told(ctx) == []


async def test_a_store_that_does_not_answer_is_tried_again(
    ctx: RequestContext,
    outside: FakeOutside,
    transcoder: FfmpegTranscoder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)

    async def fail(key: str, path: Path, content_type: str) -> None:
        raise StorageUnavailable("The disk refused to write.")

    monkeypatch.setattr(outside.store, "put_file", fail)

    with pytest.raises(StorageUnavailable):
        await process(ctx, transcoder, track.id)

    [waiting] = await all_tracks(ctx)
    assert waiting.state is PlayableState.PROCESSING
