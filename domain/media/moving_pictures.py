"""What can be known of a video's file, and who finds it out and makes streams of it."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from domain.ids import VideoId
from domain.media.progress import OnProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTrack:
    """Subtitles within a file, as text."""

    index: int
    """Which of the file's subtitle streams it is, from 0; some of them may be pictures."""
    language: str | None
    """As the container says (ISO 639)."""
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """What a file says of its moving pictures and of the sound that goes with them."""

    duration_ms: int
    """As claimed by the container."""
    container: str
    """FFmpeg's name of it, such as `matroska`."""
    codec: str
    """FFmpeg's name of the codec of the pictures, such as `h264`."""
    width: int
    """As it is to be seen: upright, with square pixels."""
    height: int
    rate_numerator: int
    rate_denominator: int
    """Frames per second, on average, as a fraction: 30000/1001."""
    is_hdr: bool
    """Whether its light is coded for screens that are brighter than most (PQ or HLG)."""
    bitrate: int
    """Bits per second over the whole file."""
    audio_codec: str | None
    """None for a video without sound."""
    sample_rate: int | None
    channels: int | None
    texts: list[TextTrack]

    @property
    def frame_rate(self) -> Fraction:
        """Frames per second."""
        return Fraction(self.rate_numerator, self.rate_denominator)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRendition:
    """One quality of a video's stream as it was written."""

    name: str
    """Such as `720p`; its folder."""
    width: int
    height: int
    frame_rate: float
    peak_bits: int
    """Bits per second of its busiest stretch, without the sound."""
    average_bits: int
    key_frame_bits: int
    """Bits per second of its busiest stretch when key frames alone are read."""
    codecs: str
    """As players are told (RFC 6381), such as `avc1.64001f`."""
    size: int
    """Bytes of all its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitles:
    """Subtitles as they are served."""

    name: str
    """What viewers choose them by; no two of a video have the same."""
    language: str | None
    """BCP 47."""
    path: str
    """Of the WebVTT file, relative to the stream's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStream:
    """A video's stream as it was written."""

    renditions: list[VideoRendition]
    """From the smallest to the largest."""
    subtitles: list[Subtitles]
    duration_ms: int
    """Of what was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPictures:
    """Still pictures of a video, as they were written."""

    thumbnail_widths: list[int]
    """In pixels, the smallest first."""
    storyboard: str
    """Path of the WebVTT file over the sheets, relative to the stream's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFiles:
    """What a video's stream consists of, as it is kept."""

    video_id: VideoId
    renditions: list[VideoRendition]
    subtitles: list[Subtitles]


class VideoTranscoder(Protocol):
    """Reads videos and makes streams of them; slow, so for workers only."""

    async def probe(self, path: Path) -> VideoFacts:
        """What video is in the file; raises NotVideo."""
        ...

    async def render(
        self, path: Path, target: Path, on_progress: OnProgress, *, facts: VideoFacts
    ) -> VideoStream:
        """Write the HLS stream below `target`, `master.m3u8` last; raises TranscodeFailed."""
        ...

    async def draw_pictures(
        self, path: Path, smallest: Path, target: Path, *, facts: VideoFacts, stream: VideoStream
    ) -> VideoPictures:
        """Write thumbnails and storyboard below `target`; `smallest` holds the first rendition.

        Raises TranscodeFailed.
        """
        ...
