"""Looks into a file and says what recording is in it, or why there is none."""

from fractions import Fraction
from pathlib import Path

import av

from adapters.transcode.containers import INPUT_OPTIONS
from adapters.transcode.trim import read_trim
from domain.media.codecs import WAVPACK_LOSSY, is_lossless
from domain.media.file_faults import FileDamaged, FileEmpty, NoSound, RecordingTooLong
from domain.media.recordings import AudioFacts
from errors import NotAudio

DURATION_MS_MAX = 24 * 60 * 60 * 1000
CHANNELS_MAX = 16
MICROSECONDS_IN_MS = 1000
BITS_LOW, BITS_HIGH = 16, 24
SHORT_FORMATS = frozenset({"u8", "s16"})
WAVPACK_HEAD_BYTES = 32
WAVPACK_HYBRID = 0x8
"""A flag of WavPack's first block: the file holds the lossy part alone."""


def probe(path: Path) -> AudioFacts:
    """Tell what recording is in the file; at least one frame of it was decoded.

    Raises:
        NotAudio: it is empty, no media file, damaged, silent video, or too long.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileEmpty("The file is empty; upload it again.")
    if _is_text(path):
        raise NotAudio("The file is text, not audio.")
    try:
        with av.open(str(path), options=INPUT_OPTIONS, metadata_errors="ignore") as container:
            return _facts(path, container, size)
    except (av.FFmpegError, EOFError) as error:
        raise FileDamaged("The file is damaged or in a format we do not know.") from error


def _facts(path: Path, container: av.container.InputContainer, size: int) -> AudioFacts:
    if not container.streams.audio:
        only = ", only pictures" if container.streams.video else ""
        raise NoSound(f"The file holds no audio{only}.")
    stream = container.streams.audio[0]
    duration_ms = _duration_ms(container, stream)
    rate, channels = stream.codec_context.sample_rate, stream.codec_context.channels
    _require_sound(container, stream)
    if duration_ms > DURATION_MS_MAX:
        raise RecordingTooLong("The recording is longer than 24 hours.")
    if not 1 <= channels <= CHANNELS_MAX:
        raise NotAudio(f"The recording has {channels} channels.")
    codec = _codec(path, stream.codec_context.codec.canonical_name)
    return AudioFacts(
        duration_ms=duration_ms,
        codec=codec,
        sample_rate=rate,
        channels=channels,
        bitrate=size * 8 * 1000 // duration_ms if duration_ms else 0,
        container=container.format.name.split(",")[0],
        bit_depth=_bit_depth(stream) if is_lossless(codec, channels) else None,
        trim=read_trim(path, container, codec),
    )


def _codec(path: Path, name: str) -> str:
    """The codec's name; WavPack that has left something out is not the same as WavPack."""
    if name != "wavpack":
        return name
    with path.open("rb") as file:
        head = file.read(WAVPACK_HEAD_BYTES)
    flags = int.from_bytes(head[24:28], "little")
    is_known = head[:4] == b"wvpk" and not flags & WAVPACK_HYBRID
    return name if is_known else WAVPACK_LOSSY


def _bit_depth(stream: av.audio.stream.AudioStream) -> int:
    """16 where that keeps all; else 24, the most that we stream."""
    sample_format = stream.codec_context.format
    return BITS_LOW if sample_format.name.rstrip("p") in SHORT_FORMATS else BITS_HIGH


def _duration_ms(
    container: av.container.InputContainer, stream: av.audio.stream.AudioStream
) -> int:
    """The stream's own length; the container's may count a cover or another stream."""
    if stream.duration is not None and stream.time_base is not None:
        return int(stream.duration * stream.time_base * 1000 + Fraction(1, 2))
    return round((container.duration or 0) / MICROSECONDS_IN_MS)


def _require_sound(
    container: av.container.InputContainer, stream: av.audio.stream.AudioStream
) -> None:
    """Decode up to the first frame: a sound header before garbage is no recording."""
    for frame in container.decode(stream):
        if frame.samples > 0:
            return
    raise NoSound("The file holds no sound.")


def _is_text(path: Path) -> bool:
    """Text is told first: by suffix alone, FFmpeg would take some for broken audio."""
    with path.open("rb") as file:
        head = file.read(512)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return (
            b"\0" not in head and error.start > len(head) - 4
        )  # a character was cut off by the read
    return b"\0" not in head
