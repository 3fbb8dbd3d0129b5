"""Content codings: answers are compressed as their client asks, request bodies are opened."""

import asyncio
import zlib
from collections.abc import Callable, Mapping
from functools import lru_cache

import brotli
import zstandard

from web.wire.media_types import HEADER_BYTES_MAX, parse_media_type
from web.wire.refusals import BadRequest, BodyTooLarge, UnsupportedMediaType

COMPRESSED_BYTES_MIN = 1_024
"""Smaller answers fit into one packet as they are."""
INLINE_BYTES_MAX = 64 * 1024
"""What takes the slowest coder less than a millisecond; more goes to a thread."""

GZIP = zlib.MAX_WBITS | 16
WINDOW_BYTES_MAX = 8 * 1024 * 1024
"""Memory that a zstd body may ask for to be opened (RFC 9659)."""
CACHED_MAX = 256

_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.compress(body, 3),
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: zlib.compress(body, 4, GZIP),
}
"""Best first: what is as small as the others and ready sooner."""

_OPENERS: dict[str, Callable[[bytes, int], bytes]] = {
    "zstd": lambda body, bytes_max: (
        zstandard.ZstdDecompressor(max_window_size=WINDOW_BYTES_MAX)
        .stream_reader(body)
        .read(bytes_max)
    ),
    "br": lambda body, bytes_max: brotli.Decompressor().process(
        body, output_buffer_limit=bytes_max
    ),
    "gzip": lambda body, bytes_max: zlib.decompressobj(GZIP).decompress(body, bytes_max),
    "deflate": lambda body, bytes_max: zlib.decompressobj().decompress(body, bytes_max),
}
"""Each stops soon after it has written so many bytes, however many would follow."""


def coding_of_answer(headers: Mapping[str, str], body: bytes) -> str | None:
    """How to compress an answer; None where it goes as it is."""
    if len(body) < COMPRESSED_BYTES_MIN or "accept-encoding" not in headers:
        return None
    return choose_coding(headers["accept-encoding"][:HEADER_BYTES_MAX])


@lru_cache(maxsize=CACHED_MAX)
def choose_coding(accept_encoding: str) -> str | None:
    """Choose the coding that the client prefers, ours among equals; None for none at all."""
    weights = {
        wanted.name: wanted.weight for wanted in map(parse_media_type, accept_encoding.split(","))
    }
    others = weights.get("*", 0.0)
    best = max(_COMPRESSORS, key=lambda name: weights.get(name, others))
    weight = weights.get(best, others)
    return best if weight > 0.0 and weight >= weights.get("identity", 0.0) else None


async def compress(body: bytes, coding: str) -> bytes:
    """Compress an answer; a large one in a thread, so that the loop is not held."""
    compressor = _COMPRESSORS[coding]
    if len(body) <= INLINE_BYTES_MAX:
        return compressor(body)
    return await asyncio.to_thread(compressor, body)


def coding_of_request(headers: Mapping[str, str]) -> str | None:
    """How the body of a request is compressed; None for not at all.

    Raises:
        UnsupportedMediaType: in a way that we do not know, or in two.
    """
    if "content-encoding" not in headers:
        return None
    coding = headers["content-encoding"].strip().lower()
    if coding == "identity":
        return None
    if coding not in _OPENERS:
        known = ", ".join(_OPENERS)
        raise UnsupportedMediaType(f"Send the request body as it is, or as one of {known}.")
    return coding


async def decompress(body: bytes, coding: str, *, bytes_max: int) -> bytes:
    """Open a request body in a thread: little may become much.

    Raises:
        BodyTooLarge: there is more in it than it may; no more than that was opened.
        BadRequest: it is not of that coding.
    """
    try:
        opened = await asyncio.to_thread(_OPENERS[coding], body, bytes_max + 1)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        raise BadRequest(f"The request body is not {coding}.") from error
    if len(opened) > bytes_max:
        raise BodyTooLarge("The request body is too large.", bytes_max=bytes_max)
    return opened
