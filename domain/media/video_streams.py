"""In which sizes a video is streamed, and where its files lie below its stream's folder."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from domain.media.moving_pictures import VideoRendition

INIT: Final = "init.mp4"
PLAYLIST: Final = "index.m3u8"
KEY_FRAMES_PLAYLIST: Final = "key-frames.m3u8"


class VideoQuality(StrEnum):
    """One size of the ladder; the value names its rendition."""

    P240 = "240p"
    P360 = "360p"
    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"


ORDER: Final = {quality.value: place for place, quality in enumerate(VideoQuality)}


def size_playlist(name: str) -> str:
    """The multivariant playlist over one size and its sound, relative to the stream's folder."""
    return f"{name}.m3u8"


def closest(renditions: Sequence[VideoRendition], quality: VideoQuality) -> VideoRendition:
    """The size asked for, else the next smaller one, else the smallest that there is."""
    wanted = ORDER[quality.value]
    fitting = [each for each in renditions if ORDER[each.name] <= wanted]
    return max(fitting or renditions[:1], key=lambda each: ORDER[each.name])
