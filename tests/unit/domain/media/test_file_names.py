"""Titles made of file names."""

import pytest

from domain.media.file_names import is_audio_name, suffix_of, title_of_file


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("03 - Harbour at Four.flac", "Harbour at Four"),
        ("07_machine_wars.mp3", "machine wars"),
        ("99 Luftballons.mp3", "Luftballons"),
        ("1999.mp3", "1999"),
        ("12.mp3", "12"),
        ("12 .mp3", "12"),
        ("  .mp3", "Untitled"),
        ("", "Untitled"),
        ("no suffix", "no suffix"),
        ("Mr. Blue", "Mr. Blue"),
        ("v1.2 final.wav", "v1.2 final"),
        ("bad\udcff\x00name.mp3", "bad? name"),
        ("x" * 999, "x" * 300),
    ],
)
def test_a_file_name_becomes_a_title(name: str, title: str) -> None:
    assert title_of_file(name) == title


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a.FLAC", ".FLAC"), ("a", ""), ("a.b/c", ""), ("a.", ""), ("a.ö", ""), ("a.0123456789x", "")],
)
def test_only_a_plain_suffix_is_kept(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


def test_an_import_takes_what_is_called_like_a_recording() -> None:
    names = ["a.Flac", "b.mp3", ".hidden.mp3", "._b.mp3", "cover.jpg", "copyright", "c.txt"]

    assert [name for name in names if is_audio_name(name)] == ["a.Flac", "b.mp3"]
