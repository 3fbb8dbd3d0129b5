"""The demo catalogue: real files, tagged, with covers, the same every time."""

from pathlib import Path

import numpy as np
import pytest

from adapters.transcode.cover import make_covers
from adapters.transcode.probe import probe
from adapters.transcode.tags import read_tags
from devtools.demo_band import play
from devtools.demo_music import write_demo_music
from devtools.demo_score import PIECES


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_demo_music(tmp_path_factory.mktemp("music"))


def test_a_dozen_pieces_by_four_artists_are_written(files: list[Path]) -> None:
    tags = [read_tags(file) for file in files]

    assert len(files) == 12
    assert len({each.artist for each in tags}) == 4
    assert [each.title for each in tags] == [piece.title for piece in PIECES]
    assert {each.track_number for each in tags} == {1, 2, 3}
    assert len({each.isrc for each in tags}) == 12


def test_every_piece_is_a_short_recording_with_its_own_sound(files: list[Path]) -> None:
    facts = [probe(file) for file in files]

    assert {each.codec for each in facts} == {"flac", "mp3", "vorbis"}
    assert all(10_000 <= each.duration_ms <= 25_000 for each in facts)
    assert len({file.read_bytes() for file in files}) == 12


def test_every_file_carries_a_cover(files: list[Path]) -> None:
    covers = {read_tags(file).cover for file in files}

    assert None not in covers
    assert len(covers) == 4
    assert all(make_covers(each).images for each in covers if each is not None)


def test_a_second_call_touches_nothing(files: list[Path]) -> None:
    before = [file.stat().st_mtime_ns for file in files]
    folder = files[0].parent.parent

    again = write_demo_music(folder)

    assert again == files
    assert [file.stat().st_mtime_ns for file in files] == before
    assert {file for file in folder.rglob("*") if file.is_file()} == set(files)


def test_a_piece_sounds_the_same_every_time() -> None:
    assert np.array_equal(play(PIECES[3], 3), play(PIECES[3], 3))
