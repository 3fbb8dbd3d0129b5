"""Real recordings sound like their copies, however these were made, and unlike all others."""

import itertools
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from adapters.transcode.fingerprint import fingerprint
from adapters.transcode.transcoder import FfmpegTranscoder
from domain.media.fingerprints import (
    SHARED_WORDS_MIN,
    SIMILARITY_MIN,
    Fingerprint,
    similarity,
    words_of,
)
from resolvers.media.duplicates import possible_duplicates_of
from resolvers.media.importing import import_file
from resolvers.media.processing import process
from tests.conftest import ANNA, BEN, MODERATOR, SHARED_DATA
from tests.patience import IS_PROOF
from tests.unit.resolvers.media.imports import OWNER, all_tracks

AUDIO = SHARED_DATA / "audio"
BROKEN = "savino"
"""Their headers are repeated: they are mended before anybody listens."""
TOO_SHORT = "victory"
SUFFIXES = {".ogg", ".mp3", ".flac", ".wav"}
RECORDINGS = sorted(
    path
    for path in (AUDIO.rglob("*") if AUDIO.is_dir() else ())
    if path.suffix in SUFFIXES and BROKEN not in path.name and TOO_SHORT not in path.name
)
COPIED = [path for path in RECORDINGS if path.stat().st_size < 2_000_000]
COPIES = {
    "MP3 of 64 kbit/s": (".mp3", "-b:a", "64k"),
    "mono AAC of 32 kbit/s": (".m4a", "-b:a", "32k", "-ac", "1"),
    "Opus of 48 kbit/s": (".ogg", "-c:a", "libopus", "-b:a", "48k"),
    "a cut from its middle": (".wav", "-ss", "3", "-t", "20"),
    "2.37 s of silence before it": (".wav", "-af", "adelay=2370:all=1"),
    "a quarter of its band": (".wav", "-ar", "11025"),
    "12 dB less": (".mp3", "-af", "volume=-12dB"),
}

pytestmark = pytest.mark.skipif(not RECORDINGS, reason="the shared recordings are not here")


def copy(path: Path, target: Path, *arguments: str) -> Path:
    """Another file of the same sound."""
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-v", "quiet", "-nostdin", "-i", str(path), "-map", "0:a:0"]
    subprocess.run([*command, *arguments, str(target)], check=True)
    return target


def is_found(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether one would be looked up by the other, and be taken for it."""
    shared = set(words_of(one)) & set(words_of(other))
    return len(shared) >= SHARED_WORDS_MIN and similarity(one, other) >= SIMILARITY_MIN


@pytest.mark.parametrize("name", list(COPIES) if IS_PROOF else list(COPIES)[:2])
async def test_every_copy_is_found(name: str, tmp_path: Path) -> None:
    suffix, *arguments = COPIES[name]

    likeness = {}
    for number, path in enumerate(COPIED):
        other = copy(path, tmp_path / f"{number}{suffix}", *arguments)
        original, copied = await fingerprint(path), await fingerprint(other)
        likeness[path.name] = (is_found(original, copied), similarity(original, copied))

    assert len(likeness) >= 5
    assert min(alike for _, alike in likeness.values()) > 0.85
    assert [name for name, (found, _) in likeness.items() if not found] == []


async def test_no_other_recording_is_taken_for_it() -> None:
    heard = {path.name: await fingerprint(path) for path in RECORDINGS}

    likeness = [similarity(one, other) for one, other in itertools.combinations(heard.values(), 2)]

    assert len(likeness) > 100
    assert max(likeness) < 0.6


async def ignore(*_done: object) -> None:
    """Take no notice."""


@pytest.mark.parametrize("profile", ["embedded", "distributed"], indirect=True)
async def test_processing_finds_a_copy_and_tells_its_owner_alone(as_viewer, tmp_path: Path) -> None:
    ctx = as_viewer(ANNA)
    transcoder = FfmpegTranscoder(tmp_path / "scratch")
    original = AUDIO / "speech" / "jfk.flac"
    other = copy(original, tmp_path / "another.mp3", "-b:a", "96k")
    for path in (original, other):
        await import_file(ctx, transcoder, str(path), OWNER)
    for track in await all_tracks(ctx):
        await process(ctx, transcoder, track.playable, on_progress=ignore, is_last_attempt=True)
    tracks = await all_tracks(ctx)

    seen = {
        viewer.user_id: await possible_duplicates_of(as_viewer(viewer), tracks)
        for viewer in (ANNA, BEN, MODERATOR)
    }

    pairs = [[each.track.id for each in group] for group in seen["anna"]]
    assert pairs == [[tracks[1].id], [tracks[0].id]]
    assert all(group[0].similarity > 0.9 for group in seen["anna"])
    assert seen["ben"] == [[], []]
    assert [len(group) for group in seen["mia"]] == [1, 1]
