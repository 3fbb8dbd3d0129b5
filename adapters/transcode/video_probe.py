"""Looks into a file and says what video is in it, or why there is none."""

from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from domain.media.moving_pictures import TextTrack, VideoFacts
from errors import NotVideo

CONTAINERS: Final = (
    *("asf", "avi", "flv", "matroska", "webm", "mov", "mp4", "m4a", "mpeg", "mpegts", "ogg"),
    *("aac", "aiff", "flac", "mp3", "wav"),
)
"""Those that hold pictures, and the commonest of sound, so that a song is told from garbage. None
names another file; FFmpeg also knows playlists and scripts."""
INPUT_OPTIONS: Final = {
    "format_whitelist": ",".join(CONTAINERS),
    "protocol_whitelist": "file",
}
DURATION_MS_MAX: Final = 12 * 60 * 60 * 1000
SIDE_MAX: Final = 8_192
SIDE_MIN: Final = 16
RATE_MAX: Final = 240
RATE_OTHERWISE: Final = Fraction(25)
TEXT_CODECS: Final = frozenset({"ass", "mov_text", "srt", "ssa", "subrip", "text", "webvtt"})
TEXT_TRACKS_MAX: Final = 16
STILL_CODECS: Final = frozenset({"bmp", "gif", "mjpeg", "png", "tiff", "webp"})
HDR_CURVES: Final = frozenset({16, 18})
"""PQ and HLG (ITU-T H.273, table 3)."""
MICROSECONDS_IN_MS: Final = 1000


def input_arguments(path: str) -> list[str]:
    """The bounds on what is opened, for FFmpeg's command line."""
    pairs = (part for name, value in INPUT_OPTIONS.items() for part in (f"-{name}", value))
    return [*pairs, "-i", path]


def probe_video(path: Path) -> VideoFacts:
    """Tell what video is in the file; at least one frame of it was decoded.

    Raises:
        NotVideo: it is empty, no media file, damaged, sound or a picture alone, too long or large.
    """
    size = path.stat().st_size
    if size == 0:
        raise NotVideo("The file is empty.")
    try:
        with av.open(str(path), options=INPUT_OPTIONS, metadata_errors="ignore") as container:
            return _facts(container, size)
    except (av.FFmpegError, EOFError) as error:
        raise NotVideo(
            "The file is damaged, cut off, or in a format we do not know. Export the video anew, "
            "as MP4, MOV, WebM or MKV, and upload that."
        ) from error


def _facts(container: InputContainer, size: int) -> VideoFacts:
    stream = _pictures_of(container)
    duration_ms = _duration_ms(container, stream)
    frame = _first_frame(container, stream)
    width, height = _size_as_seen(frame, stream)
    rate = _rate_of(stream)
    sound = container.streams.audio[0] if container.streams.audio else None
    context = None if sound is None else sound.codec_context
    has_sound = context is not None and context.sample_rate > 0
    return VideoFacts(
        duration_ms=duration_ms,
        container=container.format.name.split(",")[0],
        codec=stream.codec_context.codec.canonical_name,
        width=width,
        height=height,
        rate_numerator=rate.numerator,
        rate_denominator=rate.denominator,
        is_hdr=stream.codec_context.color_trc in HDR_CURVES,
        bitrate=size * 8 * 1000 // duration_ms,
        audio_codec=context.codec.canonical_name if context and has_sound else None,
        sample_rate=context.sample_rate if context and has_sound else None,
        channels=context.channels if context and has_sound else None,
        texts=_texts_of(container),
    )


def _pictures_of(container: InputContainer) -> VideoStream:
    """The first stream of moving pictures; a cover that a song carries is none."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    if container.streams.audio:
        raise NotVideo("The file holds sound but no moving pictures. Upload it as a track.")
    raise NotVideo("The file holds no moving pictures.")


def _duration_ms(container: InputContainer, stream: VideoStream) -> int:
    """How long it claims to be; raises NotVideo for a picture and for what is too long."""
    claimed = round((container.duration or 0) / MICROSECONDS_IN_MS)
    if stream.duration is not None and stream.time_base is not None:
        claimed = max(claimed, int(stream.duration * stream.time_base * 1000))
    if stream.frames == 1 and stream.codec_context.name in STILL_CODECS:
        raise NotVideo("The file is a single picture.")
    if claimed > DURATION_MS_MAX:
        raise NotVideo("The video is longer than 12 hours. Upload it in parts.")
    return max(claimed, 1)


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame:
    """Decode up to the first frame: a header before garbage is no video."""
    for frame in container.decode(stream):
        return frame
    raise NotVideo("Not one picture of the video can be read: the file is damaged or cut off.")


def _size_as_seen(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height, upright and with square pixels; raises NotVideo out of bounds."""
    if not SIDE_MIN <= min(frame.width, frame.height) <= max(frame.width, frame.height) <= SIDE_MAX:
        raise NotVideo(
            f"The video has {frame.width} × {frame.height} pixels; from {SIDE_MIN} to {SIDE_MAX} "
            "a side are possible."
        )
    shape = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio or Fraction(1)
    stretch = Fraction(shape) if shape and Fraction(1, 8) <= shape <= 8 else Fraction(1)
    width, height = max(round(frame.width * stretch), 1), frame.height
    is_lying = frame.rotation % 180 != 0
    return (height, width) if is_lying else (width, height)


def _rate_of(stream: VideoStream) -> Fraction:
    """Frames per second, on average; containers without a rate get a usual one."""
    for rate in (stream.average_rate, stream.guessed_rate, stream.base_rate):
        if rate is not None and 0 < rate <= RATE_MAX:
            return Fraction(rate).limit_denominator(1001)
    return RATE_OTHERWISE


def _texts_of(container: InputContainer) -> list[TextTrack]:
    """Subtitles that are text; pictures of text cannot be searched, scaled or restyled."""
    found = [
        TextTrack(
            index=index,
            language=stream.language if stream.language not in {"", "und"} else None,
            title=stream.metadata.get("title") or None,
        )
        for index, stream in enumerate(container.streams.subtitles)
        if stream.codec_context.name in TEXT_CODECS
    ]
    return found[:TEXT_TRACKS_MAX]
