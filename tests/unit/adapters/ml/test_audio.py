"""What is heard in recordings: tempo, key, and which sound alike."""

from pathlib import Path

import numpy as np
import pytest
import torch

from adapters.ml import audio
from adapters.ml.audio import DIMENSIONS, UnreadableAudio, embed
from adapters.ml.audio_scales import MODEL
from tests.unit.adapters.ml.music import encode, write_noise, write_piece, write_wave

SHARED_AUDIO = Path("../shared/data/audio")


def likeness(left: audio.AudioEmbedding, right: audio.AudioEmbedding) -> float:
    a, b = (np.frombuffer(one.vector, "<f4") for one in (left, right))
    return float(a @ b)


def test_a_vector_has_96_floats_and_length_one(tmp_path: Path) -> None:
    piece = write_piece(tmp_path / "piece.wav")

    embedding = embed(piece)

    values = np.frombuffer(embedding.vector, "<f4")
    assert embedding.model == MODEL == "tutti-audio-stats-v1"
    assert values.shape == (DIMENSIONS,) == (96,)
    assert np.linalg.norm(values) == pytest.approx(1.0, abs=1e-6)


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    piece = write_piece(tmp_path / "piece.wav")

    assert embed(piece) == embed(piece)


@pytest.mark.parametrize(
    ("_case", "tonic", "mode", "bpm", "key"),
    [
        ("C major at 120", 60, "major", 120.0, "C major"),
        ("A minor at 90", 57, "minor", 90.0, "A minor"),
        ("E flat major at 140", 63, "major", 140.0, "D# major"),
        ("F sharp minor at 75", 54, "minor", 75.0, "F# minor"),
    ],
)
def test_tempo_and_key_of_a_known_piece_are_found(
    _case: str, tonic: int, mode: str, bpm: float, key: str, tmp_path: Path
) -> None:
    piece = write_piece(tmp_path / "piece.wav", tonic=tonic, mode=mode, bpm=bpm)

    embedding = embed(piece)

    assert embedding.key == key
    assert embedding.tempo_bpm == pytest.approx(bpm, abs=1.0)


def test_a_re_encoded_quieter_copy_is_nearer_than_any_other_piece(tmp_path: Path) -> None:
    piece = write_piece(tmp_path / "piece.wav", tonic=57, mode="minor", bpm=90)
    copy = encode(piece, tmp_path / "copy.mp3", "-b:a", "48k", "-af", "volume=-12dB")
    brighter = write_piece(tmp_path / "other.wav", bpm=140, brightness=14)
    noise = write_noise(tmp_path / "noise.wav")

    heard = embed(piece)

    assert likeness(heard, embed(copy)) > 0.95
    assert likeness(heard, embed(brighter)) < 0.8
    assert likeness(heard, embed(noise)) < 0.5


def test_silence_has_neither_tempo_nor_key(tmp_path: Path) -> None:
    silence = write_wave(tmp_path / "silence.wav", np.zeros(5 * 22_050))

    embedding = embed(silence)

    assert (embedding.tempo_bpm, embedding.key) == (None, None)
    assert np.isfinite(np.frombuffer(embedding.vector, "<f4")).all()


def test_noise_has_no_key(tmp_path: Path) -> None:
    noise = write_noise(tmp_path / "noise.wav")

    assert embed(noise).key is None


def test_only_the_middle_of_a_long_recording_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ramp = np.repeat(np.linspace(-0.9, 0.9, 40), 22_050)
    path = write_wave(tmp_path / "ramp.wav", ramp)
    monkeypatch.setattr(audio, "EXCERPT_SECONDS_MAX", 10)

    samples = audio.decode_excerpt(path)

    assert len(samples) == 10 * 22_050
    assert float(samples[0]) == pytest.approx(float(ramp[15 * 22_050]), abs=0.05)


def test_the_workers_thread_count_is_left_as_it_was(tmp_path: Path) -> None:
    before = torch.get_num_threads()

    embed(write_piece(tmp_path / "piece.wav", seconds=5))

    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("_case", "content"),
    [
        ("text", b"this is no music at all\n" * 100),
        ("nothing", b""),
        ("a cut-off header", b"RIFF\x24\x00\x00\x00WAVEfmt "),
    ],
)
def test_what_is_no_audio_is_refused(_case: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.wav"
    path.write_bytes(content)

    with pytest.raises(UnreadableAudio):
        embed(path)


def test_a_playlist_in_disguise_opens_no_other_file(tmp_path: Path) -> None:
    piece = encode(write_piece(tmp_path / "piece.wav"), tmp_path / "piece.aac", "-c:a", "aac")
    playlist = tmp_path / "song.mp3"
    playlist.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:20,\n{piece}\n#EXT-X-ENDLIST\n"
    )

    with pytest.raises(UnreadableAudio):
        embed(playlist)


def test_under_a_second_is_refused(tmp_path: Path) -> None:
    blip = write_wave(tmp_path / "blip.wav", np.ones(5_000) * 0.1)

    with pytest.raises(UnreadableAudio, match="less than 1 s"):
        embed(blip)


@pytest.mark.skipif(not SHARED_AUDIO.is_dir(), reason="../shared/data/audio is not there")
def test_real_tracks_are_found_again_after_a_lossy_codec(tmp_path: Path) -> None:
    names = ("main_menu.ogg", "sad.ogg", "elf-land.ogg", "victory.ogg")
    tracks = [SHARED_AUDIO / "wesnoth" / name for name in names]
    copies = [encode(track, tmp_path / f"{track.stem}.mp3", "-b:a", "48k") for track in tracks]

    originals = np.stack([np.frombuffer(embed(one).vector, "<f4") for one in tracks])
    again = np.stack([np.frombuffer(embed(one).vector, "<f4") for one in copies])

    likenesses = originals @ again.T
    assert likenesses.argmax(axis=1).tolist() == [0, 1, 2, 3]
    assert likenesses.diagonal().min() > 0.95


@pytest.mark.skipif(not SHARED_AUDIO.is_dir(), reason="../shared/data/audio is not there")
def test_a_file_whose_headers_come_twice_is_heard_all_the_same() -> None:
    embedding = embed(SHARED_AUDIO / "hyperrogue" / "hr-savino-ocean.ogg")

    assert np.linalg.norm(np.frombuffer(embedding.vector, "<f4")) == pytest.approx(1.0)
