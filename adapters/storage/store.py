"""What all object stores share: which keys they accept and what type a key has."""

import re
from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from typing import Protocol

from domain.ports import ObjectStore

KEY_MAX = 512
SEGMENTS_MAX = 10
CHUNK_BYTES = 256 * 1024
SEGMENT = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9._=-]{0,127}\Z")
BESIDE = re.compile(r"==[0-9a-f]{32}\Z")
"""The end of the key of something that a store keeps beside an object; no object's key has it."""
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


class ByteStore(ObjectStore, Protocol):
    """What a store that others are built on does, beside what use cases see."""

    async def put_chunks(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Store what is being made; the object appears whole or not at all."""
        ...

    def list_after(self, key: str) -> AsyncIterator[str]:
        """All keys behind this one, in the store's own order; from the first on after ""."""
        ...


class InvalidKey(ValueError):
    """A key that no store accepts: absolute, climbing, empty, too long or oddly spelt."""


def require_key(key: str) -> str:
    """Return the key if every store accepts it.

    Raises:
        InvalidKey: it is not a relative path of plain segments.
    """
    stem = BESIDE.sub("", key)
    segments = stem.split("/")
    plain = all(SEGMENT.match(segment) for segment in segments)
    if not plain or len(stem) > KEY_MAX or len(segments) > SEGMENTS_MAX:
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
