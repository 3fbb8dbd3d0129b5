"""Reads what fragmented MP4 says of its samples (ISO/IEC 14496-12): no decoding needed.

init.mp4    moov ─ trak ─ edts ─ elst     where the sound begins within what is decoded
00000.m4s   moof ─ traf ─ trun            how many packets of which duration
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CONTAINERS = frozenset({b"moov", b"trak", b"edts", b"mdia", b"moof", b"traf"})
DEPTH_MAX = 6
BOX_HEAD = 8

TFHD_OPTIONS = ((0x01, 8), (0x02, 4))
"""Flags of optional fields before the default duration, and their bytes (8.8.7)."""
TFHD_DURATION = 0x08
TRUN_FIRST_OPTIONS = ((0x01, 4), (0x04, 4))
TRUN_DURATION = 0x100
TRUN_SAMPLE_OPTIONS = (0x100, 0x200, 0x400, 0x800)
"""Flags of the four fields that each sample may have, four bytes each (8.8.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """What is in a rendition, in units of its time scale, which is its sample rate."""

    count: int
    duration: int
    """Of all packets as the file says; the last may be shorter than it decodes to."""
    begin: int
    """How much of what is decoded comes before the sound begins (the edit list)."""
    timescale: int


def count_packets(init: Path, segments: Sequence[Path]) -> Packets:
    """Read a rendition's init file and the heads of all its segments, in their order."""
    begin, timescale = 0, 1
    for name, body in boxes(init.read_bytes()):
        if name == b"elst":
            begin = _media_time(body)
        elif name == b"mdhd":
            timescale = int(struct.unpack_from(">I", body, 20 if body[0] else 12)[0])
    count = duration = 0
    for segment in segments:
        more, longer = _count_in(segment.read_bytes())
        count, duration = count + more, duration + longer
    return Packets(count=count, duration=duration, begin=begin, timescale=timescale)


def _count_in(data: bytes) -> tuple[int, int]:
    """Packets of a segment and their duration."""
    count = duration = default = 0
    for name, body in boxes(data):
        if name == b"tfhd":
            default = _default_duration(body)
        elif name == b"trun":
            durations = list(_durations(body, default))
            count, duration = count + len(durations), duration + sum(durations)
    return count, duration


def _media_time(body: bytes) -> int:
    """Where the first edit begins that is not empty (8.6.6); 0 where there is none."""
    entry = ">Qqi" if body[0] else ">Iii"
    (entries,) = struct.unpack_from(">I", body, 4)
    size = struct.calcsize(entry)
    for number in range(min(entries, (len(body) - 8) // size)):
        _duration, media_time, _rate = struct.unpack_from(entry, body, 8 + number * size)
        if media_time >= 0:
            return int(media_time)
    return 0


def _default_duration(body: bytes) -> int:
    flags = int.from_bytes(body[1:4])
    if not flags & TFHD_DURATION:
        return 0
    place = 8 + sum(size for flag, size in TFHD_OPTIONS if flags & flag)
    return int(struct.unpack_from(">I", body, place)[0])


def _durations(body: bytes, default: int) -> Iterator[int]:
    flags = int.from_bytes(body[1:4])
    (count,) = struct.unpack_from(">I", body, 4)
    place = 8 + sum(size for flag, size in TRUN_FIRST_OPTIONS if flags & flag)
    step = 4 * sum(1 for flag in TRUN_SAMPLE_OPTIONS if flags & flag)
    for number in range(count):
        if flags & TRUN_DURATION:
            yield int(struct.unpack_from(">I", body, place + number * step)[0])
        else:
            yield default


def boxes(data: bytes, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of every box, those within containers too, in the order of the file."""
    place = 0
    while place + BOX_HEAD <= len(data):
        size, name = struct.unpack_from(">I4s", data, place)
        head = BOX_HEAD
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, place + BOX_HEAD)
            head = 2 * BOX_HEAD
        end = len(data) if size == 0 else place + size
        if end < place + head or end > len(data):
            return
        body = data[place + head : end]
        yield name, body
        if name in CONTAINERS and depth < DEPTH_MAX:
            yield from boxes(body, depth + 1)
        place = end
