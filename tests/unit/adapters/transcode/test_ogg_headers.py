"""Ogg files whose headers come twice."""

from pathlib import Path

import pytest
from mutagen.ogg import OggPage

from adapters.transcode.ogg_headers import drop_repeated_headers, has_repeated_headers
from adapters.transcode.probe import probe
from errors import NotAudio
from tests.unit.adapters.transcode.sounds import a_tone, decoded_seconds

SHARED = Path("../shared/data/audio/hyperrogue")


def an_ogg(path: Path) -> Path:
    return a_tone(path, seconds=3, options=("-c:a", "libvorbis"))


def with_headers_twice(source: Path, target: Path, *, page_bytes: int | None) -> Path:
    """Repeat the header packets behind themselves, on one page or spread over several."""
    with source.open("rb") as file:
        pages = [OggPage(file) for _ in range(2)]
        rest = file.read()
    packets = [packet for page in pages for packet in page.packets]
    bounds = {} if page_bytes is None else {"default_size": page_bytes}
    again = OggPage.from_packets(packets, sequence=2, **bounds)
    for page in again:
        page.serial = pages[0].serial
    target.write_bytes(b"".join(page.write() for page in (*pages, *again)) + rest)
    return target


@pytest.mark.parametrize("page_bytes", [None, 512])
def test_repeated_headers_are_dropped_and_nothing_else(
    page_bytes: int | None, tmp_path: Path
) -> None:
    whole = an_ogg(tmp_path / "whole.ogg")
    twice = with_headers_twice(whole, tmp_path / "twice.ogg", page_bytes=page_bytes)
    mended = tmp_path / "mended.ogg"

    assert has_repeated_headers(twice)
    drop_repeated_headers(twice, mended)

    assert not has_repeated_headers(mended)
    assert probe(mended).duration_ms == probe(whole).duration_ms
    assert decoded_seconds(mended) == decoded_seconds(whole)


def test_a_sound_file_comes_through_byte_for_byte(tmp_path: Path) -> None:
    whole = an_ogg(tmp_path / "whole.ogg")
    copy = tmp_path / "copy.ogg"

    assert not has_repeated_headers(whole)
    drop_repeated_headers(whole, copy)

    assert copy.read_bytes() == whole.read_bytes()


def test_a_file_of_another_kind_has_no_repeated_headers(tmp_path: Path) -> None:
    file = tmp_path / "a.ogg"
    file.write_bytes(b"not Ogg at all")

    assert not has_repeated_headers(file)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared recordings are not here")
@pytest.mark.parametrize(
    ("name", "duration_ms"), [("hr-savino-caribbean", 62_308), ("hr-savino-ocean", 60_484)]
)
def test_real_files_that_ffmpeg_refuses_are_mended(
    name: str, duration_ms: int, tmp_path: Path
) -> None:
    file = SHARED / f"{name}.ogg"
    mended = tmp_path / "mended.ogg"

    with pytest.raises(NotAudio):
        probe(file)
    drop_repeated_headers(file, mended)

    assert probe(mended).duration_ms == duration_ms
    seconds = decoded_seconds(mended, complaint="invalid pts -")  # cut at its start
    assert abs(seconds - duration_ms / 1000) < 0.1
