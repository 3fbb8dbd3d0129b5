"""Measures loudness as EBU R128 defines it."""

import re
from collections.abc import Sequence
from pathlib import Path

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import run_ffmpeg
from domain.media.recordings import Loudness
from errors import TranscodeFailed

SILENCE_LUFS = -70.0
NUMBER = r"(-?(?:[0-9.]+|inf))"
FIELDS = {
    "integrated": re.compile(rf"^\s*I:\s+{NUMBER} LUFS"),
    "range": re.compile(rf"^\s*LRA:\s+{NUMBER} LU"),
    "true_peak": re.compile(rf"^\s*Peak:\s+{NUMBER} dBFS"),
}


async def measure_loudness(path: Path) -> Loudness:
    """Decode the whole file and measure it.

    Raises:
        TranscodeFailed: FFmpeg could not read it to the end, or not in time.
    """
    filters = "ebur128=peak=true:framelog=quiet"
    lines = await run_ffmpeg(
        [*input_arguments(str(path)), "-map", "0:a:0", "-af", filters, "-f", "null", "-"]
    )
    return parse_loudness(lines)


def parse_loudness(lines: Sequence[str]) -> Loudness:
    """Read the summary that the filter prints at the end.

    Raises:
        TranscodeFailed: there is no such summary.
    """
    found = {
        name: float(match[1])
        for line in lines
        for name, pattern in FIELDS.items()
        if (match := pattern.match(line))
    }
    if found.keys() != FIELDS.keys():
        raise TranscodeFailed("FFmpeg printed no loudness summary.")
    peak = found["true_peak"]
    return Loudness(
        integrated_lufs=max(found["integrated"], SILENCE_LUFS),
        range_lu=found["range"],
        true_peak_dbtp=None if peak == float("-inf") else peak,
    )
