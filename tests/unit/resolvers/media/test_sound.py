"""What players are told of a recording's sound, and how loud an album is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mutagen.flac import FLAC

from adapters.transcode.loudness import measure_loudness
from adapters.transcode.transcoder import FfmpegTranscoder
from resolvers.context import RequestContext
from resolvers.media import deleting, reprocessing
from resolvers.media.importing import import_file
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.unit.adapters.transcode.sounds import ffmpeg
from tests.unit.resolvers.media.imports import OWNER, all_albums, all_tracks
from tests.unit.resolvers.media.test_processing import process
from tests.unit.subgraphs.media.executing import run, track_id

AsViewer = Callable[..., RequestContext]

SOUND = """
query Sound($id: ID!) {
  track(id: $id) {
    sampleRate sampleCount encoderDelay encoderPadding trackGainDb albumGainDb truePeakDb
    renditions { name family codecs sampleRate channels bitDepth delay padding sampleCount }
    stream(quality: LOSSLESS) { quality url losslessUrl opusUrl }
  }
}
"""


@pytest.fixture
def ctx(as_viewer: AsViewer) -> RequestContext:
    return as_viewer(ADMIN)


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


def a_passage(path: Path, *, seconds: float, level: float, pitch: int) -> Path:
    """Music of a kind: swelling tones and pink noise, tagged as one of an album."""
    swell = f"{level}*(0.3+0.7*abs(sin(2*PI*0.11*t)))*sin(2*PI*{pitch}*t)"
    source = f"aevalsrc={swell}|{swell}*0.8:s=44100:d={seconds}"
    ffmpeg("-f", "lavfi", "-i", source, "-sample_fmt", "s16", str(path))
    file = FLAC(path)
    file.update({"artist": "Anna", "album": "Kettle", "title": path.stem})
    file.save()
    return path


async def test_an_album_is_as_loud_as_its_tracks_one_after_the_other(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    passages = [
        a_passage(tmp_path / "1.flac", seconds=21, level=0.5, pitch=220),
        a_passage(tmp_path / "2.flac", seconds=13, level=0.02, pitch=440),
        a_passage(tmp_path / "3.flac", seconds=34, level=0.15, pitch=1760),
    ]
    for path in passages:
        await import_file(ctx, transcoder, str(path), OWNER)
    joined = tmp_path / "joined.flac"
    inputs = [part for path in passages for part in ("-i", str(path))]
    ffmpeg(*inputs, "-filter_complex", "concat=n=3:v=0:a=1", str(joined))

    for track in await all_tracks(ctx):
        await process(ctx, transcoder, track.id)

    [album] = await all_albums(ctx)
    oracle = await measure_loudness(joined)
    tracks = await all_tracks(ctx)
    assert album.loudness_lufs is not None
    assert abs(album.loudness_lufs - oracle.integrated_lufs) <= 0.1
    assert album.true_peak_db == max(each.true_peak_db or -99 for each in tracks)
    assert len({each.loudness_lufs for each in tracks}) == 3


async def test_an_album_is_measured_anew_when_its_tracks_change(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, as_viewer: AsViewer
) -> None:
    for path in (
        a_passage(tmp_path / "1.flac", seconds=5, level=0.5, pitch=220),
        a_passage(tmp_path / "2.flac", seconds=5, level=0.25, pitch=220),
    ):
        await import_file(ctx, transcoder, str(path), OWNER)
    loud, quiet = await all_tracks(ctx)
    await process(ctx, transcoder, loud.id)
    [alone] = await all_albums(ctx)
    await process(ctx, transcoder, quiet.id)
    [both] = await all_albums(ctx)

    await reprocessing.reprocess(ctx, quiet.playable)
    await process(ctx, transcoder, quiet.id)
    await deleting.delete_track(as_viewer(ANNA), quiet.id, version=None)
    [left] = await all_albums(ctx)

    assert alone.loudness_lufs is not None
    assert both.loudness_lufs is not None
    assert both.loudness_lufs < alone.loudness_lufs - 0.1
    assert left.loudness_lufs == alone.loudness_lufs


async def test_players_are_told_what_they_need_to_play_without_a_gap(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, as_viewer: AsViewer
) -> None:
    path = a_passage(tmp_path / "1.flac", seconds=3, level=0.5, pitch=220)
    await import_file(ctx, transcoder, str(path), OWNER)
    [track] = await all_tracks(ctx)
    await process(ctx, transcoder, track.id)

    told = (await run(as_viewer(BEN), SOUND, id=track_id(track.id)))["track"]

    [ready] = await all_tracks(ctx)
    low, *_, opus, lossless = told["renditions"]
    assert (told["sampleRate"], told["sampleCount"]) == (44_100, 132_300)
    assert (told["encoderDelay"], told["encoderPadding"]) == (None, None)
    assert told["trackGainDb"] == round(-18 - (ready.loudness_lufs or 0), 2)
    assert abs(told["albumGainDb"] - told["trackGainDb"]) <= 0.1
    assert (low["family"], low["delay"], low["sampleCount"]) == ("AAC", 1024, 132_300)
    assert (opus["codecs"], opus["sampleRate"], opus["delay"]) == ("Opus", 48_000, 312)
    assert lossless == {
        "name": "lossless",
        "family": "FLAC",
        "codecs": "fLaC",
        "sampleRate": 44_100,
        "channels": 2,
        "bitDepth": 16,
        "delay": 0,
        "padding": 0,
        "sampleCount": 132_300,
    }
    assert told["stream"]["quality"] == "LOSSLESS"
    assert told["stream"]["url"].endswith("/lossless/index.m3u8")
    assert told["stream"]["losslessUrl"].endswith("/lossless.m3u8")


async def test_what_was_made_before_has_no_renditions_to_tell_of(as_viewer: AsViewer) -> None:
    await keep_tracks(as_viewer(ADMIN), a_track(loudness_lufs=-70.0))

    told = (await run(as_viewer(BEN), SOUND, id=track_id()))["track"]

    assert (told["renditions"], told["sampleCount"], told["trackGainDb"]) == ([], None, None)
    assert (told["stream"]["quality"], told["stream"]["opusUrl"]) == ("HIGH", None)
