"""Albums without gaps: what is stated of a rendition cuts it to the very sample."""

import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from adapters.transcode.hls import transcode
from adapters.transcode.ladder import MUSIC
from adapters.transcode.loudness import measure_loudness
from adapters.transcode.probe import probe
from domain.media.recordings import Rendition, Trim
from domain.media.streams import Family
from tests.unit.adapters.transcode.sounds import a_tone, ffmpeg

RATE = 44_100
CUTS = (0, 90_001, 130_000, 397_411, 617_400)
"""Where a continuous signal is cut into tracks, in samples."""


async def ignore(_fraction: float) -> None:
    """Take no notice."""


def a_melody(samples: int) -> np.ndarray:
    """A signal that is nowhere the same: a rising tone over noise, in two channels."""
    time = np.arange(samples) / RATE
    noise = np.random.default_rng(7).normal(0, 0.02, samples)
    left = 0.4 * np.sin(2 * np.pi * (200 * time + 60 * time**2)) + noise
    right = 0.4 * np.sin(2 * np.pi * (350 * time + 40 * time**2)) + noise
    return (np.stack([left, right], axis=1) * 32_767).astype("<i2")


def write_flac(path: Path, samples: np.ndarray) -> Path:
    raw = path.with_suffix(".raw")
    raw.write_bytes(samples.tobytes())
    ffmpeg("-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", str(raw), str(path))
    return path


def decode_all(folder: Path, rendition: Rendition) -> np.ndarray:
    """Every sample that a decoder gives which cuts nothing off by itself."""
    whole = folder / f"{rendition.name}.mp4"
    parts = [next((folder / rendition.name).glob("init*.mp4"))]
    parts += sorted((folder / rendition.name).glob("*.m4s"))
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin"]
    command += ["-ignore_editlist", "1", "-flags2", "+skip_manual", "-i", str(whole)]
    done = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, dtype="<i2").reshape(-1, rendition.channels)


def cut(samples: np.ndarray, rendition: Rendition) -> np.ndarray:
    """What a player plays of it."""
    assert len(samples) == rendition.delay + rendition.sample_count + rendition.padding
    return samples[rendition.delay : rendition.delay + rendition.sample_count]


async def renditions_of(source: Path, target: Path) -> list[Rendition]:
    samples = (await measure_loudness(source)).sample_count
    return await transcode(source, target, MUSIC, ignore, facts=probe(source), sample_count=samples)


async def test_an_album_cut_from_one_signal_is_that_signal_again(tmp_path: Path) -> None:
    whole = a_melody(CUTS[-1])
    heard: dict[str, list[np.ndarray]] = {}

    for start, end in pairwise(CUTS):
        source = write_flac(tmp_path / f"{start}.flac", whole[start:end])
        target = tmp_path / f"{start}"
        for rendition in await renditions_of(source, target):
            played = cut(decode_all(target, rendition), rendition)
            heard.setdefault(rendition.name, []).append(played)
            if rendition.sample_rate == RATE:
                assert len(played) == end - start

    assert np.array_equal(np.concatenate(heard["lossless"]), whole)
    for name in ("low", "medium", "high"):
        assert len(np.concatenate(heard[name])) == CUTS[-1]
    assert likeness(np.concatenate(heard["high"]), whole) > 0.99


async def test_every_codec_begins_where_it_says(tmp_path: Path) -> None:
    whole = a_melody(100_000)
    source = write_flac(tmp_path / "a.flac", whole)

    for rendition in await renditions_of(source, tmp_path / "hls"):
        decoded = decode_all(tmp_path / "hls", rendition)
        reference = resampled(source, rendition.sample_rate)
        assert lag(decoded[rendition.delay :], reference) == 0, rendition.name
        assert rendition.sample_count == len(reference)


@pytest.mark.parametrize(
    ("_case", "suffix", "options", "trim"),
    [
        ("LAME says both", "mp3", (), True),
        ("an MP3 without its header says nothing", "mp3", ("-write_xing", "0"), False),
        ("Opus says its pre-skip", "opus", (), True),
        ("FLAC has nothing to say", "flac", (), False),
    ],
)
async def test_what_an_encoder_added_to_the_original_is_known(
    _case: str, suffix: str, options: tuple[str, ...], trim: bool, tmp_path: Path
) -> None:
    whole = a_tone(tmp_path / "whole.wav", seconds=3.21)
    file = tmp_path / f"a.{suffix}"
    ffmpeg("-i", str(whole), *options, str(file))

    found = probe(file).trim
    samples = (await measure_loudness(file)).sample_count

    assert (found != Trim()) is trim
    if suffix == "mp3" and trim:
        assert found.delay == 1105
        assert (found.delay + samples + (found.padding or 0)) % 1152 in (0, 529 % 1152)
    if suffix == "opus":
        assert found.delay == 312
    if trim or suffix == "flac":
        assert samples == round(3.21 * (48_000 if suffix == "opus" else RATE))


async def test_a_studio_recording_keeps_its_24_bits(tmp_path: Path) -> None:
    source = a_tone(tmp_path / "a.flac", seconds=1.5, rate=96_000, options=("-sample_fmt", "s32"))

    renditions = {each.name: each for each in await renditions_of(source, tmp_path / "hls")}

    lossless = renditions["lossless"]
    assert (lossless.sample_rate, lossless.bit_depth, lossless.channels) == (96_000, 24, 2)
    assert lossless.codecs == "fLaC"
    assert lossless.family is Family.FLAC
    assert raw_24(tmp_path / "hls" / "lossless" / "index.m3u8") == raw_24(source)
    assert (renditions["high"].sample_rate, renditions["high"].bit_depth) == (48_000, None)


@pytest.mark.parametrize(
    ("_case", "rate", "channels", "lossless", "lossy"),
    [
        ("mono stays mono", 44_100, 1, (44_100, 1), (44_100, 1)),
        ("surround is mixed down where players need stereo", 48_000, 6, (48_000, 6), (48_000, 2)),
        ("a rate beyond what is streamed is halved", 176_400, 2, (88_200, 2), (44_100, 2)),
        ("another is brought to 96 kHz", 192_000, 2, (96_000, 2), (48_000, 2)),
    ],
)
async def test_rate_and_channels_are_the_sources_where_they_can_be(
    _case: str,
    rate: int,
    channels: int,
    lossless: tuple[int, int],
    lossy: tuple[int, int],
    tmp_path: Path,
) -> None:
    source = a_tone(tmp_path / "a.wav", seconds=0.5, rate=rate, channels=channels)

    made = {
        each.name: (each.sample_rate, each.channels)
        for each in await renditions_of(source, tmp_path / "hls")
    }

    assert made["lossless"] == lossless
    assert made["high"] == lossy
    assert made["opus_high"] == (48_000, lossy[1])


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one[:, 0].astype(float), other[:, 0].astype(float))[0, 1])


def resampled(source: Path, rate: int) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(source)]
    done = subprocess.run(
        [*command, "-ar", str(rate), "-f", "s16le", "-"], capture_output=True, check=True
    )
    return np.frombuffer(done.stdout, dtype="<i2").reshape(-1, 2)


def lag(decoded: np.ndarray, reference: np.ndarray) -> int:
    """By how many samples one comes after the other, where they are most alike."""
    window = reference[20_000:30_000, 0].astype(float)
    scores = {
        shift: float(np.dot(decoded[20_000 + shift : 30_000 + shift, 0].astype(float), window))
        for shift in range(-40, 41)
    }
    return max(scores, key=scores.__getitem__)


def raw_24(path: Path) -> bytes:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path)]
    done = subprocess.run([*command, "-f", "s24le", "-"], capture_output=True, check=True)
    return done.stdout
