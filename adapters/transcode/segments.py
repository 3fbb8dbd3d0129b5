"""What FFmpeg tells while it writes a stream, and what it has written: segments and their bits."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.media.progress import OnProgress
from domain.media.streams import PLAYLIST

EXTINF: Final = re.compile(r"^#EXTINF:([0-9.]+),")
OUT_TIME: Final = re.compile(r"^out_time_us=([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a rendition."""

    seconds: float
    size: int


def segments_of(folder: Path) -> list[Segment]:
    """The segments that a media playlist names, with their real sizes."""
    found: list[Segment] = []
    seconds = 0.0
    for line in (folder / PLAYLIST).read_text(encoding="utf-8").splitlines():
        if match := EXTINF.match(line):
            seconds = float(match[1])
        elif line and not line.startswith("#"):
            found.append(Segment(seconds, (folder / line).stat().st_size))
    return found


def peak_bits(segments: Sequence[Segment], target_seconds: int) -> int:
    """The busiest run of segments lasting 0.5 to 1.5 target durations, in bits per second.

    A recording shorter than that counts as one run.
    """
    busiest = 0.0
    for first in range(len(segments)):
        seconds, size = 0.0, 0
        for segment in segments[first:]:
            seconds += segment.seconds
            size += segment.size
            if seconds > 1.5 * target_seconds:
                break
            if seconds >= 0.5 * target_seconds:
                busiest = max(busiest, size * 8 / seconds)
    return max(_ceil(busiest), average_bits(segments))


def average_bits(segments: Sequence[Segment]) -> int:
    """All segments together, in bits per second."""
    seconds = sum(segment.seconds for segment in segments)
    size = sum(segment.size for segment in segments)
    return _ceil(size * 8 / seconds) if seconds else 0


def follow_progress(on_progress: OnProgress, duration_ms: int) -> Callable[[str], Awaitable[None]]:
    """Turn FFmpeg's running position into fractions that only grow and stay below 1."""
    highest = 0.0

    async def hear(line: str) -> None:
        nonlocal highest
        match = OUT_TIME.match(line)
        if match is None or duration_ms <= 0:
            return
        fraction = min(int(match[1]) / 1000 / duration_ms, 0.99)
        if fraction > highest:
            highest = fraction
            await on_progress(fraction)

    return hear


def _ceil(bits: float) -> int:
    return int(-(-bits // 1))
