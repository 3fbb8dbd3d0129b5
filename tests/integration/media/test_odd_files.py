"""Odd files: each ends READY, or FAILED with a reason that a creator can act on."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.transcode.transcoder import FfmpegTranscoder
from domain.media.records import PlayableState, Track
from errors import NotAudio
from resolvers.context import RequestContext
from resolvers.media.importing import import_file
from resolvers.media.processing import process
from tests.conftest import ADMIN, FakeOutside
from tests.unit.adapters.transcode.sounds import a_tone, ffmpeg
from tests.unit.resolvers.media.imports import OWNER, all_tracks

pytestmark = pytest.mark.parametrize("profile", ["embedded"], indirect=True)

Make = Callable[[Path], Path]


async def ignore(_fraction: float, _step: str) -> None:
    """Take no notice."""


async def processed(ctx: RequestContext, path: Path, tmp_path: Path) -> Track:
    transcoder = FfmpegTranscoder(tmp_path / "scratch")
    await import_file(ctx, transcoder, str(path), OWNER)
    [track] = await all_tracks(ctx)
    with contextlib.suppress(NotAudio):
        await process(ctx, transcoder, track.playable, on_progress=ignore, is_last_attempt=True)
    [track] = await all_tracks(ctx)
    return track


def written(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def cut_off(suffix: str, *options: str, share: float = 0.4) -> Make:
    def make(folder: Path) -> Path:
        whole = a_tone(folder / f"a.{suffix}", seconds=20, options=options)
        whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * share)])
        return whole

    return make


def mute_video(folder: Path) -> Path:
    picture = "testsrc=d=1:s=64x64:r=5"
    ffmpeg("-f", "lavfi", "-i", picture, "-c:v", "libx264", str(folder / "a.mp4"))
    return folder / "a.mp4"


@pytest.mark.parametrize(
    ("make", "code", "reason"),
    [
        pytest.param(written("a.mp3", b""), "FILE_EMPTY", "is empty", id="zero-length"),
        pytest.param(written("a.flac", b"notes\n" * 99), "NOT_AUDIO", "is text", id="text"),
        pytest.param(
            written("a.mp3", b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
            "FILE_DAMAGED",
            "damaged",
            id="a picture by another name",
        ),
        pytest.param(mute_video, "NO_SOUND", "no audio, only pictures", id="mute video"),
        pytest.param(cut_off("flac"), "FILE_TRUNCATED", "of 0:20", id="FLAC cut off"),
        pytest.param(
            cut_off("m4a", "-movflags", "+faststart"), "FILE_TRUNCATED", "of 0:20", id="M4A cut off"
        ),
        pytest.param(cut_off("m4a"), "FILE_DAMAGED", "damaged", id="M4A without its index"),
    ],
)
async def test_what_cannot_be_streamed_says_why(
    make: Make,
    code: str,
    reason: str,
    as_viewer: Callable[..., RequestContext],
    outside: FakeOutside,
    tmp_path: Path,
) -> None:
    track = await processed(as_viewer(ADMIN), make(tmp_path), tmp_path)

    assert (track.state, track.failure_code) == (PlayableState.FAILED, code)
    assert reason in str(track.failure)
    assert set(outside.store.objects) == {track.source_key}


def by_another_name(folder: Path) -> Path:
    return a_tone(folder / "a.flac", seconds=2).rename(folder / "a.mp3")


def tone(suffix: str, **options: object) -> Make:
    def make(folder: Path) -> Path:
        return a_tone(folder / f"a.{suffix}", seconds=2, **options)  # type: ignore[arg-type]

    return make


def film(folder: Path) -> Path:
    picture = ("-f", "lavfi", "-i", "testsrc=d=2:s=64x64:r=5")
    sound = ("-f", "lavfi", "-i", "sine=d=2")
    ffmpeg(*picture, *sound, "-c:v", "libx264", "-shortest", str(folder / "a.mp4"))
    return folder / "a.mp4"


@pytest.mark.parametrize(
    ("make", "codec", "rate", "channels"),
    [
        pytest.param(tone("flac", rate=96_000), "flac", 96_000, 2, id="24 bits at 96 kHz"),
        pytest.param(tone("wav", channels=1), "pcm_s16le", 44_100, 1, id="mono"),
        pytest.param(tone("flac", channels=6, rate=48_000), "flac", 48_000, 6, id="5.1"),
        pytest.param(tone("wav", level_db=-400), "pcm_s16le", 44_100, 2, id="silence"),
        pytest.param(by_another_name, "flac", 44_100, 2, id="FLAC called MP3"),
        pytest.param(film, "aac", 44_100, 1, id="the sound of a film"),
        pytest.param(cut_off("mp3", share=0.5), "mp3", 44_100, 2, id="MP3 cut off"),
        pytest.param(tone("aiff"), "pcm_s16be", 44_100, 2, id="AIFF"),
    ],
)
async def test_what_is_odd_but_whole_is_streamed(
    make: Make,
    codec: str,
    rate: int,
    channels: int,
    as_viewer: Callable[..., RequestContext],
    outside: FakeOutside,
    tmp_path: Path,
) -> None:
    track = await processed(as_viewer(ADMIN), make(tmp_path), tmp_path)

    assert (track.state, track.failure) == (PlayableState.READY, None)
    assert (track.codec, track.sample_rate, track.channels) == (codec, rate, channels)
    has_lossless = any("/lossless/" in key for key in outside.store.objects)
    assert has_lossless == (codec in ("flac", "pcm_s16le", "pcm_s16be"))
