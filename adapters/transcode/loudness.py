"""Measures loudness as EBU R128 defines it, and counts what was decoded for it."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import run_ffmpeg
from domain.media.loudness import SILENCE_LUFS, bin_of
from domain.media.recordings import Loudness
from errors import TranscodeFailed

NUMBER = r"(-?(?:[0-9.]+|inf))"
FIELDS = {
    "integrated": re.compile(rf"^\s*I:\s+{NUMBER} LUFS"),
    "range": re.compile(rf"^\s*LRA:\s+{NUMBER} LU"),
    "true_peak": re.compile(rf"^\s*Peak:\s+{NUMBER} dBFS"),
    "sample_count": re.compile(r"Input stream #0:[0-9]+ \(audio\): .* \(([0-9]+) samples\);"),
}
MOMENTARY = "lavfi.r128.M="
"""The loudness of the last 400 ms, told every 100 ms: the gating blocks of BS.1770."""


async def measure_loudness(path: Path) -> Loudness:
    """Decode the whole file and measure it.

    Raises:
        TranscodeFailed: FFmpeg could not read it to the end, or not in time.
    """
    blocks: Counter[int] = Counter()

    async def hear(line: str) -> None:
        if line.startswith(MOMENTARY):
            place = bin_of(float(line.removeprefix(MOMENTARY)))
            if place is not None:
                blocks[place] += 1

    told = "ametadata=mode=print:key=lavfi.r128.M:file=-"
    lines = await run_ffmpeg(
        [
            *("-v", "verbose", *input_arguments(str(path)), "-map", "0:a:0"),
            *("-af", f"ebur128=peak=true:metadata=1:framelog=quiet,{told}", "-f", "null", "-"),
        ],
        on_progress_line=hear,
    )
    return parse_loudness(lines, dict(blocks))


def parse_loudness(lines: Sequence[str], blocks: dict[int, int]) -> Loudness:
    """Read what FFmpeg says at the end.

    Raises:
        TranscodeFailed: there is no such summary.
    """
    found = {
        name: float(match[1])
        for line in lines
        for name, pattern in FIELDS.items()
        if (match := pattern.search(line))
    }
    if found.keys() != FIELDS.keys():
        raise TranscodeFailed("FFmpeg printed no loudness summary.")
    peak = found["true_peak"]
    return Loudness(
        integrated_lufs=max(found["integrated"], SILENCE_LUFS),
        range_lu=found["range"],
        true_peak_dbtp=None if peak == float("-inf") else peak,
        blocks=blocks,
        sample_count=int(found["sample_count"]),
    )
