"""In which qualities a recording is streamed."""

from enum import StrEnum
from pathlib import PurePosixPath

from domain.media.object_keys import MASTER_PLAYLIST

PLAYLIST = "index.m3u8"


class Family(StrEnum):
    """Codecs that a player takes or leaves: each has a multivariant playlist of its own."""

    AAC = "aac"
    OPUS = "opus"
    FLAC = "flac"


FAMILY_PLAYLISTS = {
    Family.AAC: MASTER_PLAYLIST,
    Family.OPUS: "opus.m3u8",
    Family.FLAC: "lossless.m3u8",
}
"""Every player takes AAC, so its playlist is the one that a stream is known by."""


class StreamQuality(StrEnum):
    """One rendition of the ladder; the value is the folder that it lies in."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    LOSSLESS = "lossless"


KILOBITS = {StreamQuality.LOW: 64, StreamQuality.MEDIUM: 128, StreamQuality.HIGH: 256}
"""Nominal; what is lossless takes what it takes."""


def stream_folder(hls_key: str) -> str:
    """The prefix that a stream's signature covers: playlists, init files and segments."""
    return f"{PurePosixPath(hls_key).parent}/"


def quality_playlist(quality: StreamQuality) -> str:
    """The media playlist of a quality, relative to the stream's folder."""
    return f"{quality.value}/{PLAYLIST}"


def adaptive_playlist(family: Family = Family.AAC) -> str:
    """The multivariant playlist over a family, relative to the stream's folder."""
    return FAMILY_PLAYLISTS[family]


def capped(quality: StreamQuality, best: StreamQuality) -> StreamQuality:
    """The quality asked for, or the best that there is for this viewer."""
    order = list(StreamQuality)
    return min(quality, best, key=order.index)
