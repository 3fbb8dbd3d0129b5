"""What is found in films, and why there is none in other files."""

from fractions import Fraction
from pathlib import Path

import pytest

from adapters.transcode.video_probe import probe_video
from errors import NotVideo
from tests.unit.adapters.transcode.films import (
    a_film,
    a_film_on_its_side,
    a_film_with_subtitles,
    cut_off,
    run,
)
from tests.unit.adapters.transcode.sounds import a_tone


def test_a_film_tells_its_size_rate_and_sound(tmp_path: Path) -> None:
    facts = probe_video(a_film(tmp_path / "a.mp4", rate="30000/1001"))

    assert (facts.width, facts.height, facts.codec) == (320, 240, "h264")
    assert facts.frame_rate == Fraction(30_000, 1_001)
    assert (facts.audio_codec, facts.sample_rate, facts.channels) == ("aac", 44_100, 1)
    assert abs(facts.duration_ms - 3_000) < 100
    assert (facts.texts, facts.is_hdr) == ([], False)


@pytest.mark.parametrize("suffix", ["mkv", "webm", "mov", "avi", "ts", "flv"])
def test_a_film_is_known_by_its_bytes_whatever_its_name(suffix: str, tmp_path: Path) -> None:
    more = ("-c:v", "libvpx", "-b:v", "200k", "-c:a", "libopus") if suffix == "webm" else ()
    film = a_film(tmp_path / f"a.{suffix}", size="96x64", seconds=1, more=more)

    facts = probe_video(film.rename(tmp_path / "a.mp3"))

    assert (facts.width, facts.height) == (96, 64)
    assert facts.frame_rate == 25


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    facts = probe_video(a_film(tmp_path / "a.mp4", sound=False))

    assert (facts.audio_codec, facts.sample_rate, facts.channels) == (None, None, None)


def test_a_film_on_its_side_stands_upright(tmp_path: Path) -> None:
    facts = probe_video(a_film_on_its_side(tmp_path / "a.mp4"))

    assert (facts.width, facts.height) == (240, 320)


def test_wide_pixels_are_counted_as_square_ones(tmp_path: Path) -> None:
    film = a_film(tmp_path / "a.mp4", size="720x576", seconds=0.5, more=("-vf", "setsar=64/45"))

    facts = probe_video(film)

    assert (facts.width, facts.height) == (1024, 576)


def test_subtitles_are_found_with_their_languages(tmp_path: Path) -> None:
    facts = probe_video(a_film_with_subtitles(tmp_path / "a.mkv", "eng", "ger"))

    assert [(each.index, each.language) for each in facts.texts] == [(0, "eng"), (1, "ger")]


def test_what_is_no_film_says_why(tmp_path: Path) -> None:
    empty, text, song = tmp_path / "a.mp4", tmp_path / "b.mp4", tmp_path / "c.flac"
    empty.write_bytes(b"")
    text.write_text("No film.\n" * 100)
    cut = cut_off(a_film(tmp_path / "d.mp4"), 0.6)
    picture = tmp_path / "e.jpg"
    run("-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1", str(picture))
    covered = tmp_path / "f.m4a"
    a_tone(song)
    run("-i", str(song), "-i", str(picture), "-c:a", "aac", "-disposition:v", "attached_pic",
        "-map", "0:a", "-map", "1:v", "-c:v", "copy", str(covered))  # fmt: skip

    told = {path.name: _refusal(path) for path in (empty, text, song, cut, picture, covered)}

    assert told["a.mp4"] == "The file is empty."
    assert "format we do not know" in told["b.mp4"]
    assert told["c.flac"].endswith("Upload it as a track.")
    assert "cut off" in told["d.mp4"]
    assert "format we do not know" in told["e.jpg"]
    assert told["f.m4a"].endswith("Upload it as a track.")


def test_a_film_larger_than_its_bounds_is_refused(tmp_path: Path) -> None:
    film = a_film(tmp_path / "a.mkv", size="8x8", seconds=0.2, more=("-c:v", "ffv1"))

    assert "8 × 8 pixels" in _refusal(film)


def test_a_playlist_is_opened_under_no_name(tmp_path: Path) -> None:
    a_film(tmp_path / "secret.ts")
    playlist = tmp_path / "a.mp4"
    playlist.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nsecret.ts\n#EXT-X-ENDLIST\n")

    assert "format we do not know" in _refusal(playlist)


def _refusal(path: Path) -> str:
    with pytest.raises(NotVideo) as refusal:
        probe_video(path)
    return refusal.value.message
