"""Which renditions of a stream each quality opens, and playlists cut down to them."""

import re
from typing import Final

from domain.media.streams import StreamQuality

RENDITIONS: Final = {
    "low": StreamQuality.LOW,
    "medium": StreamQuality.MEDIUM,
    "high": StreamQuality.HIGH,
    "lossless": StreamQuality.LOSSLESS,
    "opus_low": StreamQuality.LOW,
    "opus_high": StreamQuality.HIGH,
    "audio": StreamQuality.LOW,
    "subtitles": StreamQuality.LOW,
    "240p": StreamQuality.LOW,
    "360p": StreamQuality.LOW,
    "480p": StreamQuality.MEDIUM,
    "720p": StreamQuality.HIGH,
    "1080p": StreamQuality.LOSSLESS,
}
"""The quality that opens each rendition, by its folder; what has no place here needs the best."""

ORDER: Final = {quality: place for place, quality in enumerate(StreamQuality)}
BEST: Final = max(StreamQuality, key=ORDER.__getitem__)

VARIANT: Final = "#EXT-X-STREAM-INF:"
NAMED: Final = ("#EXT-X-MEDIA:", "#EXT-X-I-FRAME-STREAM-INF:")
URI: Final = re.compile(r'[:,]URI="([^"]*)"')


def opens(cap: StreamQuality, name: str) -> bool:
    """Whether a cap lets a file of a stream be read, named relative to the stream's folder.

    Files right in the folder are playlists and pictures: playlists are cut down besides.
    """
    folder, slash, _ = name.partition("/")
    if not slash:
        return True
    return ORDER[RENDITIONS.get(folder, BEST)] <= ORDER[cap]


def cut_playlist(text: str, cap: StreamQuality) -> str | None:
    """A multivariant playlist (RFC 8216, 4.3.4) without what a cap does not open.

    A media playlist stays as it is. None where no variant is left.
    """
    lines = text.splitlines()
    if not any(line.startswith(VARIANT) for line in lines):
        return text
    kept: list[str] = []
    variants = 0
    pending: str | None = None
    for line in lines:
        if line.startswith(VARIANT):
            pending = line
        elif pending is not None and line and not line.startswith("#"):
            if opens(cap, line):
                kept += [pending, line]
                variants += 1
            pending = None
        elif line and (not line.startswith(NAMED) or _is_open(line, cap)):
            kept.append(line)
    return "\n".join(kept) + "\n" if variants else None


def _is_open(line: str, cap: StreamQuality) -> bool:
    """Whether what a tag names by its URI is open; a tag may name nothing."""
    found = URI.search(line)
    return found is None or opens(cap, found[1])
