"""Writes a recording as HLS streams: one playlist for each family of codecs, short segments.

target/master.m3u8      AAC, which every player takes
target/opus.m3u8
target/lossless.m3u8    only where the source is lossless
target/low/{index.m3u8, init_0.mp4, 00000.m4s, …}
target/medium/…
"""

from collections.abc import Sequence
from pathlib import Path

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import run_ffmpeg
from adapters.transcode.fragments import Packets, count_packets
from adapters.transcode.ladder import Ladder, Output, outputs_of
from adapters.transcode.segments import average_bits, follow_progress, peak_bits, segments_of
from domain.media.recordings import AudioFacts, OnProgress, Rendition
from domain.media.streams import FAMILY_PLAYLISTS, PLAYLIST, Family
from errors import TranscodeFailed

SECONDS_MAX = 900.0
SAMPLE_FORMATS = {16: "s16", 24: "s32"}
"""FLAC writes 24 bits of the 32 that FFmpeg hands it."""


async def transcode(
    source: Path,
    target: Path,
    ladder: Ladder,
    on_progress: OnProgress,
    *,
    facts: AudioFacts,
    sample_count: int,
    seconds_max: float = SECONDS_MAX,
) -> list[Rendition]:
    """Write all renditions of a recording below `target`, and the playlists over them.

    `on_progress` hears fractions from 0 to 1, never backwards. The multivariant playlist of AAC
    is written last: where it stands, everything stands.

    Raises:
        TranscodeFailed: FFmpeg failed or took longer than `seconds_max`.
    """
    outputs = outputs_of(ladder, facts)
    for output in outputs:
        (target / output.rung.name).mkdir(parents=True, exist_ok=True)
    await run_ffmpeg(
        _arguments(source, target, outputs, ladder.segment_seconds),
        seconds_max=seconds_max,
        on_progress_line=follow_progress(on_progress, sample_count * 1000 // facts.sample_rate),
    )
    share = sample_count / facts.sample_rate
    renditions = [_rendition(target, output, ladder, seconds=share) for output in outputs]
    for family in reversed(Family):
        of_family = [each for each in renditions if each.family is family]
        if of_family:
            playlist = target / FAMILY_PLAYLISTS[family]
            playlist.write_text(print_master(of_family), encoding="ascii")
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


def _arguments(
    source: Path, target: Path, outputs: Sequence[Output], segment_seconds: int
) -> list[str]:
    """One decoder feeds all encoders; nothing of the source but its sound goes through."""
    encoders = [part for place, output in enumerate(outputs) for part in _encoder(place, output)]
    streams = " ".join(f"a:{place},name:{each.rung.name}" for place, each in enumerate(outputs))
    return [
        *("-progress", "pipe:1", *input_arguments(str(source)), *encoders),
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-f", "hls", "-hls_time", str(segment_seconds)),
        *("-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
        *("-hls_flags", "independent_segments", "-var_stream_map", streams),
        *("-hls_fmp4_init_filename", "init.mp4"),
        *("-hls_segment_filename", str(target / "%v" / "%05d.m4s")),
        *("-y", str(target / "%v" / PLAYLIST)),
    ]


def _encoder(place: int, output: Output) -> list[str]:
    """The options of one encoder; each names the stream that it is for."""
    options = [
        *("-map", "0:a:0", f"-c:a:{place}", output.codec.encoder),
        *(f"-ar:a:{place}", str(output.sample_rate), f"-ac:a:{place}", str(output.channels)),
    ]
    if output.rung.kilobits is not None:
        options += [f"-b:a:{place}", f"{output.rung.kilobits}k"]
    if output.bit_depth is not None:
        options += [f"-sample_fmt:a:{place}", SAMPLE_FORMATS[output.bit_depth]]
    return options


def _rendition(target: Path, output: Output, ladder: Ladder, *, seconds: float) -> Rendition:
    """Measure what was written."""
    name, codec = output.rung.name, output.codec
    folder = target / name
    segments = segments_of(folder)
    if not segments:
        raise TranscodeFailed("FFmpeg wrote no segment.")
    packets = count_packets(_init_file(folder), sorted(folder.glob("*.m4s")))
    decoded = _decoded_samples(packets, codec.frame_samples)
    samples = min(round(seconds * output.sample_rate), decoded - codec.delay)
    return Rendition(
        name=name,
        playlist=f"{name}/{PLAYLIST}",
        peak_bits=peak_bits(segments, ladder.segment_seconds),
        average_bits=average_bits(segments),
        codecs=codec.codecs,
        size=sum(file.stat().st_size for file in folder.iterdir()),
        family=output.rung.family,
        sample_rate=output.sample_rate,
        channels=output.channels,
        bit_depth=output.bit_depth,
        delay=codec.delay,
        padding=decoded - codec.delay - samples,
        sample_count=samples,
    )


def _decoded_samples(packets: Packets, frame_samples: int) -> int:
    """All that comes out of a decoder that cuts nothing off."""
    return packets.count * frame_samples if frame_samples else packets.duration


def _init_file(folder: Path) -> Path:
    """FFmpeg numbers the init files of its outputs."""
    return next(folder.glob("init*.mp4"))
