"""What all object stores share: which keys they accept and what type a key has."""

import re
from pathlib import PurePosixPath

KEY_MAX = 512
SEGMENTS_MAX = 10
CHUNK_BYTES = 256 * 1024
SEGMENT = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._=-]{0,127}\Z")
UNKNOWN_TYPE = "application/octet-stream"
CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "audio/mp4",
    ".mp4": "audio/mp4",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
}


class InvalidKey(ValueError):
    """A key that no store accepts: absolute, climbing, empty, too long or oddly spelt."""


def require_key(key: str) -> str:
    """Return the key if every store accepts it.

    Raises:
        InvalidKey: it is not a relative path of plain segments.
    """
    segments = key.split("/")
    plain = all(SEGMENT.match(segment) for segment in segments)
    if not plain or len(key) > KEY_MAX or len(segments) > SEGMENTS_MAX:
        raise InvalidKey("The key is not a bounded path of plain segments.")
    return key


def require_prefix(prefix: str) -> str:
    """Return the prefix if it names a folder: a key with a slash behind it.

    Raises:
        InvalidKey: it does not; the empty prefix, which means everything, neither.
    """
    if not prefix.endswith("/"):
        raise InvalidKey("A prefix ends with a slash.")
    require_key(prefix[:-1])
    return prefix


def content_type_of(key: str) -> str:
    """Tell the content type by the suffix, the same in every store."""
    return CONTENT_TYPES.get(PurePosixPath(key).suffix.lower(), UNKNOWN_TYPE)
