"""Writes a video as an HLS stream: pictures in sizes, the sound beside them, subtitles.

target/master.m3u8                                    over all sizes
target/240p.m3u8 …                                    over one size alone, with the sound
target/240p/{index.m3u8, init.mp4, 00000.m4s, …}      pictures alone, key frames aligned
target/240p/key-frames.m3u8                           for players that wind fast
target/360p/…
target/audio/…                                        where there is sound
target/subtitles/0/{index.m3u8, text.vtt}             one folder for each text track
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from adapters.transcode.ffmpeg import run_ffmpeg
from adapters.transcode.segments import average_bits, follow_progress, peak_bits, segments_of
from adapters.transcode.video_iframes import write_key_frames
from adapters.transcode.video_ladder import (
    KEY_FRAME_SECONDS,
    SEGMENT_SECONDS,
    SOUND_KILOBITS,
    SOUND_RATE,
    VideoOutput,
    outputs_of,
)
from adapters.transcode.video_master import AUDIO_FOLDER, Sound, print_video_master
from adapters.transcode.video_probe import input_arguments
from adapters.transcode.video_subtitles import write_subtitles
from domain.media.moving_pictures import Subtitles, VideoFacts, VideoRendition, VideoStream
from domain.media.object_keys import MASTER_PLAYLIST
from domain.media.recordings import OnProgress
from domain.media.video_streams import INIT, PLAYLIST, size_playlist
from errors import NotVideo, TranscodeFailed

TO_STANDARD_LIGHT: Final = (
    "zscale=t=linear:npl=100",
    "format=gbrpf32le",
    "zscale=p=bt709",
    "tonemap=hable:desat=0",
    "zscale=t=bt709:m=bt709:r=tv",
)
"""Highlights of HDR are bent, not cut, into what every screen shows."""
AVCC: Final = b"avcC"
CODEC_BYTES: Final = slice(1, 4)
"""Profile, constraints and level behind the version of the record (ISO/IEC 14496-15, 5.3.3.1)."""


async def transcode_video(
    source: Path, target: Path, on_progress: OnProgress, *, facts: VideoFacts, seconds_max: float
) -> VideoStream:
    """Write all sizes of a video below `target`, its sound and texts, and the playlist over them.

    The multivariant playlist is written last: where it stands, everything it names stands too.

    Raises:
        TranscodeFailed: FFmpeg failed or took longer than `seconds_max`.
        NotVideo: not one picture came of it.
    """
    outputs = outputs_of(facts)
    _make_folders(target, outputs, facts)
    await run_ffmpeg(
        _arguments(source, target, outputs, facts),
        seconds_max=seconds_max,
        on_progress_line=follow_progress(on_progress, facts.duration_ms),
    )
    renditions = [_rendition(target, output) for output in outputs]
    seconds = sum(each.seconds for each in segments_of(target / outputs[-1].rung.name))
    subtitles = await write_subtitles(source, target, facts.texts, seconds=seconds)
    _write_masters(target, renditions, subtitles, _sound(target, facts))
    await on_progress(1.0)
    return VideoStream(
        renditions=renditions, subtitles=subtitles, duration_ms=round(seconds * 1000)
    )


def _make_folders(target: Path, outputs: Sequence[VideoOutput], facts: VideoFacts) -> None:
    sound = () if facts.audio_codec is None else (AUDIO_FOLDER,)
    for name in (*(each.rung.name for each in outputs), *sound):
        (target / name).mkdir(parents=True, exist_ok=True)


def _write_masters(
    target: Path,
    renditions: Sequence[VideoRendition],
    subtitles: Sequence[Subtitles],
    sound: Sound | None,
) -> None:
    """A playlist for each size alone, and last of all the one over all sizes."""
    for rendition in renditions:
        alone = print_video_master([rendition], sound=sound, subtitles=subtitles)
        (target / size_playlist(rendition.name)).write_text(alone, encoding="utf-8")
    master = print_video_master(renditions, sound=sound, subtitles=subtitles)
    (target / MASTER_PLAYLIST).write_text(master, encoding="utf-8")


def _arguments(
    source: Path, target: Path, outputs: Sequence[VideoOutput], facts: VideoFacts
) -> list[str]:
    """One decoder feeds all encoders; nothing of the source but pictures and sound goes through."""
    arguments = [
        *("-progress", "pipe:1", "-y", *input_arguments(str(source))),
        *("-filter_complex", _filters(outputs, is_hdr=facts.is_hdr)),
    ]
    for place, output in enumerate(outputs):
        folder = target / output.rung.name
        arguments += ["-map", f"[v{place}]", *_encoder(output), *_written_to(folder)]
    if facts.audio_codec is not None:
        arguments += ["-map", "0:a:0", *_sound_encoder(), *_written_to(target / AUDIO_FOLDER)]
    return arguments


def _filters(outputs: Sequence[VideoOutput], *, is_hdr: bool) -> str:
    """Pictures at steady intervals from 0 on, whole, then once for each size."""
    whole = ["bwdif=mode=send_frame:deint=interlaced", *(TO_STANDARD_LIGHT if is_hdr else ())]
    begin = f"fps=fps={outputs[-1].rate}:start_time=0"
    copies = "".join(f"[c{place}]" for place in range(len(outputs)))
    chains = [f"[0:V:0]{','.join([*whole, begin])},split={len(outputs)}{copies}"]
    for place, output in enumerate(outputs):
        steps = [
            f"fps=fps={output.rate}:start_time=0",
            f"scale={output.width}:{output.height}:flags=bicubic",
            "setsar=1",
            "format=yuv420p",
        ]
        chains.append(f"[c{place}]{','.join(steps)}[v{place}]")
    return ";".join(chains)


def _encoder(output: VideoOutput) -> list[str]:
    """Key frames at the same moments in all sizes, and nowhere else."""
    bits = output.rung.kilobits
    far = str(round(output.rate * KEY_FRAME_SECONDS * 4))
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-profile:v", "high", "-crf", "23"),
        *("-maxrate", f"{bits}k", "-bufsize", f"{2 * bits}k"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{KEY_FRAME_SECONDS})"),
        *("-g", far, "-sc_threshold", "0", "-flags", "+cgop"),
    ]


def _sound_encoder() -> list[str]:
    """Sound that begins at 0 and has no holes, however the source was cut."""
    return [
        *("-af", "aresample=async=1:first_pts=0"),
        *("-c:a", "aac", "-b:a", f"{SOUND_KILOBITS}k", "-ac", "2", "-ar", str(SOUND_RATE)),
    ]


def _written_to(folder: Path) -> list[str]:
    return [
        *("-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"),
        *("-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod"),
        *("-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"),
        *("-hls_fmp4_init_filename", INIT),
        *("-hls_segment_filename", str(folder / "%05d.m4s"), str(folder / PLAYLIST)),
    ]


def _rendition(target: Path, output: VideoOutput) -> VideoRendition:
    """Measure what was written."""
    folder = target / output.rung.name
    segments = segments_of(folder) if (folder / PLAYLIST).exists() else []
    if not segments:
        raise NotVideo("Not one picture of the video can be read: the file is damaged or cut off.")
    return VideoRendition(
        name=output.rung.name,
        width=output.width,
        height=output.height,
        frame_rate=round(float(output.rate), 3),
        peak_bits=peak_bits(segments, SEGMENT_SECONDS),
        average_bits=average_bits(segments),
        key_frame_bits=write_key_frames(folder, segments),
        codecs=_codecs_of(folder / INIT),
        size=sum(file.stat().st_size for file in folder.iterdir()),
    )


def _sound(target: Path, facts: VideoFacts) -> Sound | None:
    """The sound as it was written; None for a video without, or whose sound was empty."""
    folder = target / AUDIO_FOLDER
    if facts.audio_codec is None or not (folder / PLAYLIST).exists():
        return None
    segments = segments_of(folder)
    if not segments:
        return None
    return Sound(
        peak_bits=peak_bits(segments, SEGMENT_SECONDS), average_bits=average_bits(segments)
    )


def _codecs_of(init: Path) -> str:
    """Profile and level as the encoder wrote them (RFC 6381, 3.3)."""
    _, found, record = init.read_bytes().partition(AVCC)
    if not found or len(record) < CODEC_BYTES.stop:
        raise TranscodeFailed("FFmpeg wrote no H.264.")
    return f"avc1.{record[CODEC_BYTES].hex()}"
