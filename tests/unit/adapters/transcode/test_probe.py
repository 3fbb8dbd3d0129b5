"""What probing tells, and what it refuses."""

from pathlib import Path

import pytest

from adapters.transcode.probe import probe
from adapters.transcode.waveform import draw_waveform
from domain.media.recordings import AudioFacts, Trim
from errors import NotAudio, TranscodeFailed
from tests.unit.adapters.transcode.sounds import a_tone, ffmpeg

DAMAGED = "The file is damaged or in a format we do not know."


def test_the_facts_of_a_recording_are_read(tmp_path: Path) -> None:
    file = a_tone(tmp_path / "a.flac", seconds=2.5, rate=48_000)

    facts = probe(file)

    assert facts == AudioFacts(
        duration_ms=2500,
        codec="flac",
        sample_rate=48_000,
        channels=2,
        bitrate=file.stat().st_size * 8 * 1000 // 2500,
        container="flac",
        bit_depth=24,
        trim=Trim(),
    )


@pytest.mark.parametrize(
    ("suffix", "codec", "container"),
    [
        ("mp3", "mp3", "mp3"),
        ("ogg", "vorbis", "ogg"),
        ("opus", "opus", "ogg"),
        ("m4a", "aac", "mov"),
        ("wav", "pcm_s16le", "wav"),
        ("aiff", "pcm_s16be", "aiff"),
    ],
)
def test_common_formats_are_known(suffix: str, codec: str, container: str, tmp_path: Path) -> None:
    options = ("-c:a", "libvorbis") if suffix == "ogg" else ()
    file = a_tone(tmp_path / f"a.{suffix}", rate=48_000, options=options)

    facts = probe(file)

    assert (facts.codec, facts.container, facts.sample_rate) == (codec, container, 48_000)
    assert abs(facts.duration_ms - 1000) <= 60


@pytest.mark.parametrize(
    ("_case", "content", "reason"),
    [
        ("nothing", b"", "The file is empty; upload it again."),
        ("text", b"Copyright: see below\n" * 50, "The file is text, not audio."),
        ("text cut in a character", b"c" + "é".encode() * 400, "The file is text, not audio."),
        ("noise", bytes(range(256)) * 20, "The file holds no sound."),
        ("a picture's head", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, DAMAGED),
    ],
)
def test_a_file_without_sound_is_refused_with_its_reason(
    _case: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "a.flac"
    file.write_bytes(content)

    with pytest.raises(NotAudio) as refusal:
        probe(file)

    assert refusal.value.message == reason


def test_a_cut_off_header_is_refused(tmp_path: Path) -> None:
    whole = a_tone(tmp_path / "whole.flac").read_bytes()
    file = tmp_path / "cut.flac"
    file.write_bytes(whole[:40])

    with pytest.raises(NotAudio) as refusal:
        probe(file)

    assert refusal.value.message == DAMAGED


def test_a_header_without_samples_is_refused(tmp_path: Path) -> None:
    whole = a_tone(tmp_path / "whole.wav").read_bytes()
    file = tmp_path / "cut.wav"
    file.write_bytes(whole[:78])

    with pytest.raises(NotAudio) as refusal:
        probe(file)

    assert refusal.value.message == "The file holds no sound."


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc=d=1:s=64x64:r=5", str(file))

    with pytest.raises(NotAudio) as refusal:
        probe(file)

    assert refusal.value.message == "The file holds no audio, only pictures."


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{name}\n#EXT-X-ENDLIST\n\0",
        "ffconcat version 1.0\nfile {name}\n\0",
    ],
)
async def test_a_playlist_in_disguise_opens_nothing(content: str, tmp_path: Path) -> None:
    a_tone(tmp_path / "secret.flac")
    file = tmp_path / "a.mp3"
    file.write_text(content.format(name="secret.flac"))

    with pytest.raises(NotAudio):
        probe(file)
    with pytest.raises(TranscodeFailed):
        await draw_waveform(file)


def test_a_film_with_sound_is_a_recording(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    picture, sound = "testsrc=d=1:s=64x64:r=5", "sine=d=1"
    ffmpeg("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, str(file))

    facts = probe(file)

    assert (facts.codec, facts.channels) == ("aac", 1)
