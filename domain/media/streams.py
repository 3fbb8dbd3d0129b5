"""In which qualities a recording is streamed."""

from enum import StrEnum
from pathlib import PurePosixPath

from domain.media.object_keys import MASTER_PLAYLIST

PLAYLIST = "index.m3u8"


class StreamQuality(StrEnum):
    """One rendition of the ladder; the value is the folder that it lies in."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def kilobits(self) -> int:
        """Nominal kilobits per second."""
        return KILOBITS[self]


KILOBITS = {StreamQuality.LOW: 64, StreamQuality.MEDIUM: 128, StreamQuality.HIGH: 256}


def stream_folder(hls_key: str) -> str:
    """The prefix that a stream's signature covers: playlists, init files and segments."""
    return f"{PurePosixPath(hls_key).parent}/"


def quality_playlist(quality: StreamQuality) -> str:
    """The media playlist of a quality, relative to the stream's folder."""
    return f"{quality.value}/{PLAYLIST}"


def adaptive_playlist() -> str:
    """The multivariant playlist, relative to the stream's folder."""
    return MASTER_PLAYLIST
