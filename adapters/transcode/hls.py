"""Writes a recording as an HLS stream: one playlist, several renditions, short segments.

target/master.m3u8
target/low/{index.m3u8, init_0.mp4, 00000.m4s, …}
target/medium/…
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import run_ffmpeg
from adapters.transcode.ladder import Ladder, Rung
from domain.media.recordings import OnProgress, Rendition
from errors import TranscodeFailed

MASTER = "master.m3u8"
PLAYLIST = "index.m3u8"
RATES_KEPT = (44_100, 48_000)
RATE_OTHERWISE = 48_000
SECONDS_MAX = 900.0
EXTINF = re.compile(r"^#EXTINF:([0-9.]+),")
OUT_TIME = re.compile(r"^out_time_us=([0-9]+)$")


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a rendition."""

    seconds: float
    size: int


async def transcode(
    source: Path,
    target: Path,
    ladder: Ladder,
    on_progress: OnProgress,
    *,
    duration_ms: int,
    sample_rate: int,
    seconds_max: float = SECONDS_MAX,
) -> list[Rendition]:
    """Write all renditions of a recording below `target`, and the playlist over them.

    `on_progress` hears fractions from 0 to 1, never backwards. The multivariant playlist
    is written last: where it stands, everything it names stands too.

    Raises:
        TranscodeFailed: FFmpeg failed or took longer than `seconds_max`.
    """
    for rung in ladder.rungs:
        (target / rung.name).mkdir(parents=True, exist_ok=True)
    await run_ffmpeg(
        _arguments(source, target, ladder, sample_rate),
        seconds_max=seconds_max,
        on_progress_line=_follow(on_progress, duration_ms),
    )
    renditions = [_rendition(target, rung, ladder) for rung in ladder.rungs]
    (target / MASTER).write_text(print_master(renditions), encoding="ascii")
    await on_progress(1.0)
    return renditions


def print_master(renditions: Sequence[Rendition]) -> str:
    """Print the multivariant playlist (RFC 8216, 4.3.4).

    FFmpeg's own counts nominal rates; players choose by these numbers, so we measure.
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    for rendition in renditions:
        lines.append(
            f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.peak_bits}"
            f",AVERAGE-BANDWIDTH={rendition.average_bits}"
            f',CODECS="{rendition.codecs}"'
        )
        lines.append(rendition.playlist)
    return "\n".join(lines) + "\n"


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


def _arguments(source: Path, target: Path, ladder: Ladder, sample_rate: int) -> list[str]:
    """One decoder feeds all encoders; nothing of the source but its sound goes through."""
    rate = sample_rate if sample_rate in RATES_KEPT else RATE_OTHERWISE
    maps: list[str] = []
    for position, rung in enumerate(ladder.rungs):
        maps += ["-map", "0:a:0", f"-b:a:{position}", f"{rung.kilobits}k"]
    streams = " ".join(f"a:{n},name:{rung.name}" for n, rung in enumerate(ladder.rungs))
    return [
        *("-progress", "pipe:1", *input_arguments(str(source)), *maps),
        *("-c:a", "aac", "-ac", str(ladder.channels), "-ar", str(rate)),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-f", "hls", "-hls_time", str(ladder.segment_seconds)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "independent_segments", "-var_stream_map", streams),
        *("-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", str(target / "%v" / "%05d.m4s")),
        *("-y", str(target / "%v" / PLAYLIST)),
    ]


def _follow(on_progress: OnProgress, duration_ms: int) -> Callable[[str], Awaitable[None]]:
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


def _rendition(target: Path, rung: Rung, ladder: Ladder) -> Rendition:
    """Measure what was written."""
    folder = target / rung.name
    segments = _segments(folder)
    if not segments:
        raise TranscodeFailed("FFmpeg wrote no segment.")
    return Rendition(
        name=rung.name,
        playlist=f"{rung.name}/{PLAYLIST}",
        peak_bits=peak_bits(segments, ladder.segment_seconds),
        average_bits=average_bits(segments),
        size=sum(file.stat().st_size for file in folder.iterdir()),
    )


def _segments(folder: Path) -> list[Segment]:
    """The segments a media playlist names, with their real sizes."""
    found: list[Segment] = []
    seconds = 0.0
    for line in (folder / PLAYLIST).read_text(encoding="utf-8").splitlines():
        if match := EXTINF.match(line):
            seconds = float(match[1])
        elif line and not line.startswith("#"):
            found.append(Segment(seconds, (folder / line).stat().st_size))
    return found


def _ceil(bits: float) -> int:
    return int(-(-bits // 1))
