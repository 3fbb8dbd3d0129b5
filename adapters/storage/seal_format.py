"""How a sealed object is written: AES-256-GCM in chunks, under a data key of its own.

    <key>                      header, chunk 0, chunk 1, …      the body
    <key>==<write id in hex>   key id, nonce, wrapped           the envelope

    header    8 magic and version · 1 log₂ of the chunk's bytes · 8 bytes of content
              · 16 write id · 8 milliseconds since 1970                      (big-endian)
    chunk     content, at most so many bytes, and a tag of 16
    wrapped   data key (32) and BLAKE3 of the content (32), and a tag of 16

A chunk's nonce is its number: a data key is made for one write and never used for another, so no
nonce comes twice. What is authenticated beside the content (AAD) are the header, the object's key,
the chunk's number and whether it is the last: so chunks that are cut off, reordered, or moved
from elsewhere are noticed, and each by itself, so that a range reads only what it touches.

The envelope alone changes when the key-encryption key does. It belongs to one write, so it can
be written anew while the object is being replaced: no write is ever lost to it.
"""

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from errors import ObjectCorrupt

BODY_MAGIC: Final = b"TUTTI\0S\1"
ENVELOPE_MAGIC: Final = b"TUTTI\0K\1"
HEADER: Final = struct.Struct(">8sBQ16sQ")
CHUNK_EXPONENT: Final = 16
"""64 KiB: a tag costs 0.024 % of them, and the first byte of a range at most so much reading."""
CHUNK_EXPONENT_MAX: Final = 24
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32
HASH_BYTES: Final = 32
NONCE_BYTES: Final = 12
KEY_ID_MAX: Final = 64
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

DAMAGED: Final = "The stored object is damaged or is not the one that was put there."


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the chunks, readable to all and authenticated with each."""

    chunk_bytes: int
    size: int
    """Bytes of the content."""
    write_id: bytes
    modified: datetime

    def print(self) -> bytes:
        """The header as it is stored."""
        exponent = self.chunk_bytes.bit_length() - 1
        millis = (self.modified - EPOCH) // timedelta(milliseconds=1)
        return HEADER.pack(BODY_MAGIC, exponent, self.size, self.write_id, millis)

    @property
    def chunks(self) -> int:
        """How many there are; an empty object has an empty one."""
        return max(1, -(-self.size // self.chunk_bytes))

    def envelope_key(self, key: str) -> str:
        """Where the data key of the object lies."""
        return f"{key}=={self.write_id.hex()}"

    def span_of(self, first: int, last: int) -> tuple[int, int]:
        """From where to where the stored chunks `first` to `last` (inclusive) lie."""
        sealed = self.chunk_bytes + TAG_BYTES
        end = min((last + 1) * sealed, self.size + self.chunks * TAG_BYTES)
        return HEADER.size + first * sealed, HEADER.size + end


def new_header(size: int, moment: datetime) -> Header:
    """The header of a new write."""
    return Header(1 << CHUNK_EXPONENT, size, secrets.token_bytes(16), moment)


def is_sealed(start: bytes) -> bool:
    """Tell by its first bytes whether an object was sealed, in whatever version."""
    return start[:7] == BODY_MAGIC[:7]


def parse_header(start: bytes) -> Header:
    """Read a header.

    Raises:
        ObjectCorrupt: it is none of this version.
    """
    if len(start) < HEADER.size or not start.startswith(BODY_MAGIC):
        raise ObjectCorrupt(DAMAGED)
    _, exponent, size, write_id, millis = HEADER.unpack_from(start)
    if not 1 <= exponent <= CHUNK_EXPONENT_MAX or millis >= 1 << 47:
        raise ObjectCorrupt(DAMAGED)
    return Header(1 << exponent, size, write_id, EPOCH + timedelta(milliseconds=millis))


@dataclass(frozen=True, slots=True)
class Secret:
    """What an envelope holds, opened."""

    data_key: bytes
    content_hash: bytes
    """BLAKE3 of the content."""

    def __repr__(self) -> str:
        return "Secret(…)"


def envelope_key_id(envelope: bytes) -> str:
    """Which key-encryption key an envelope needs.

    Raises:
        ObjectCorrupt: it is no envelope of this version.
    """
    length = envelope[len(ENVELOPE_MAGIC)] if len(envelope) > len(ENVELOPE_MAGIC) else 0
    name = envelope[len(ENVELOPE_MAGIC) + 1 :][:length]
    whole = len(ENVELOPE_MAGIC) + 1 + length + NONCE_BYTES + KEY_BYTES + HASH_BYTES + TAG_BYTES
    if not envelope.startswith(ENVELOPE_MAGIC) or len(envelope) != whole or not name.isascii():
        raise ObjectCorrupt(DAMAGED)
    return name.decode("ascii")


def wrap(secret: Secret, key: str, header: Header, *, key_id: str, wrapping_key: bytes) -> bytes:
    """Print an envelope; at most 2³² are written under one key, or nonces might meet."""
    assert 0 < len(key_id) <= KEY_ID_MAX, key_id
    start = ENVELOPE_MAGIC + bytes([len(key_id)]) + key_id.encode("ascii")
    nonce = secrets.token_bytes(NONCE_BYTES)
    held = secret.data_key + secret.content_hash
    bound = start + header.print() + key.encode("ascii")
    return start + nonce + AESGCM(wrapping_key).encrypt(nonce, held, bound)


def unwrap(envelope: bytes, key: str, header: Header, *, wrapping_key: bytes) -> Secret:
    """Open an envelope.

    Raises:
        ObjectCorrupt: it is another object's, or another key's, or damaged.
    """
    start_bytes = len(ENVELOPE_MAGIC) + 1 + len(envelope_key_id(envelope))
    start, rest = envelope[:start_bytes], envelope[start_bytes:]
    bound = start + header.print() + key.encode("ascii")
    try:
        held = AESGCM(wrapping_key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise ObjectCorrupt(DAMAGED) from error
    return Secret(held[:KEY_BYTES], held[KEY_BYTES:])


class ChunkCipher:
    """Seals and opens the chunks of one object."""

    def __init__(self, secret: Secret, key: str, header: Header) -> None:
        self._gcm = AESGCM(secret.data_key)
        self._bound = header.print() + key.encode("ascii")
        self._header = header

    def seal(self, number: int, content: bytes) -> bytes:
        """A chunk as it is stored."""
        return self._gcm.encrypt(_nonce(number), content, self._aad(number))

    def open(self, number: int, sealed: bytes) -> bytes:
        """A chunk's content.

        Raises:
            ObjectCorrupt: it is not what was written there.
        """
        try:
            return self._gcm.decrypt(_nonce(number), sealed, self._aad(number))
        except (InvalidTag, ValueError) as error:
            raise ObjectCorrupt(DAMAGED) from error

    def seal_all(self, number: int, content: bytes) -> bytes:
        """Chunk after chunk from this number on."""
        size = self._header.chunk_bytes
        pieces = _pieces(content, size)
        return b"".join(self.seal(number + place, piece) for place, piece in enumerate(pieces))

    def open_all(self, number: int, sealed: bytes) -> bytes:
        """The content of whole chunks that follow each other, from this number on.

        Raises:
            ObjectCorrupt: one is not what was written there.
        """
        pieces = _pieces(sealed, self._header.chunk_bytes + TAG_BYTES)
        return b"".join(self.open(number + place, piece) for place, piece in enumerate(pieces))

    def _aad(self, number: int) -> bytes:
        is_last = number == self._header.chunks - 1
        return self._bound + number.to_bytes(8, "big") + (b"\1" if is_last else b"\0")


def _nonce(number: int) -> bytes:
    return number.to_bytes(NONCE_BYTES, "big")


def _pieces(content: bytes, size: int) -> Iterator[bytes]:
    yield from (content[at : at + size] for at in range(0, len(content) or 1, size))
