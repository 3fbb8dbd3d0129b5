"""Mends Ogg Vorbis files whose tag editor left the old headers in the stream."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mutagen import ogg
from mutagen.ogg import OggPage

HEADER_PACKETS = 3
HEADER_KINDS = (b"\x01vorbis", b"\x03vorbis", b"\x05vorbis")
PAGES_MAX = 2_000_000


def has_repeated_headers(path: Path) -> bool:
    """Tell whether the three Vorbis headers come again right after themselves.

    Players built on libvorbis skip the second set, FFmpeg refuses the whole file.
    """
    seen = 0
    with path.open("rb") as file:
        for _, page in zip(range(HEADER_PACKETS * 4), _pages(file), strict=False):
            seen += sum(map(_is_header, _started_packets(page)))
    return seen > HEADER_PACKETS


def drop_repeated_headers(source: Path, target: Path) -> None:
    """Copy an Ogg Vorbis file without header packets after the first three.

        1 │ 3 5 │ 1 3 5 audio …   becomes   1 │ 3 5 │ audio …

    No sound is decoded, so none is lost.
    """
    seen = 0
    sequence = 0
    dropping = False
    with source.open("rb") as file, target.open("wb") as output:
        for page in _pages(file):
            kept: list[bytes] = []
            for index, packet in enumerate(page.packets):
                if index or not page.continued:
                    seen += _is_header(packet)
                    dropping = _is_header(packet) and seen > HEADER_PACKETS
                if not dropping:
                    kept.append(packet)
            if kept:
                page.continued = page.continued and kept[0] is page.packets[0]
                page.complete = page.complete or kept[-1] is not page.packets[-1]
                page.packets = kept
                page.sequence = sequence
                sequence += 1
                output.write(page.write())


def _pages(file: BinaryIO) -> Iterator[OggPage]:
    """Each page up to the end, or up to where the file stops being Ogg."""
    for _ in range(PAGES_MAX):
        try:
            yield OggPage(file)
        except (EOFError, ogg.error):
            return


def _started_packets(page: OggPage) -> list[bytes]:
    """The packets that begin on this page."""
    return list(page.packets[1:] if page.continued else page.packets)


def _is_header(packet: bytes) -> bool:
    return packet[:7] in HEADER_KINDS
