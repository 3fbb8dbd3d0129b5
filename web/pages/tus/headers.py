"""What tus says in headers (https://tus.io/protocols/resumable-upload, 1.0.0)."""

import base64
import binascii
import hashlib
import re
import zlib
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Final, Protocol

from starlette.datastructures import Headers

from domain.media.upload_records import FileUpload
from errors import BadInput, ChecksumMismatch

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,expiration,checksum,termination"
PATCH_TYPE: Final = "application/offset+octet-stream"
NUMBER: Final = re.compile(r"^[0-9]{1,16}\Z")
METADATA_KEY: Final = re.compile(r"^[\x21-\x2b\x2d-\x7e]+\Z")


class Digest(Protocol):
    """What a checksum is computed with."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        ...

    def digest(self) -> bytes:
        """The checksum of all so far."""
        ...


class Crc32:
    """CRC-32 in the shape of a digest: four bytes, the highest first."""

    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        """The checksum of all so far."""
        return self._value.to_bytes(4, "big")


ALGORITHMS: Final = ("sha1", "sha256", "crc32")
DIGEST_BYTES: Final = {"sha1": 20, "sha256": 32, "crc32": 4}


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a request says that its bytes sum up to."""

    digest: Digest
    expected: bytes

    def require_match(self) -> None:
        """Compare what came with what was said.

        Raises:
            ChecksumMismatch: they differ.
        """
        if self.digest.digest() != self.expected:
            raise ChecksumMismatch("The bytes are not those of the checksum; send them again.")


def read_number(headers: Headers, name: str) -> int:
    """A header that is a whole number.

    Raises:
        BadInput: it is missing, or not one.
    """
    text = headers.get(name, "")
    if NUMBER.match(text) is None:
        raise BadInput(f"{name} must be a whole number.", field=name)
    return int(text)


def read_length(headers: Headers) -> int:
    """How long a new upload will be.

    Raises:
        BadInput: it does not say; lengths to be told later are not taken.
    """
    if "upload-defer-length" in headers:
        raise BadInput("The length must be known from the start.", field="Upload-Defer-Length")
    return read_number(headers, "Upload-Length")


def read_metadata(headers: Headers) -> str:
    """`key base64,key base64`, as it was sent.

    Raises:
        BadInput: it is of another form.
    """
    text = headers.get("upload-metadata", "")
    keys = []
    for pair in text.split(",") if text else ():
        key, _, value = pair.strip().partition(" ")
        if METADATA_KEY.match(key) is None or _from_base64(value) is None:
            raise BadInput("Metadata are keys with base64 values.", field="Upload-Metadata")
        keys.append(key)
    if len(set(keys)) < len(keys):
        raise BadInput("A key stands in the metadata twice.", field="Upload-Metadata")
    return text


def read_checksum(headers: Headers) -> Checksum | None:
    """`algorithm base64`; None where none was sent.

    Raises:
        BadInput: we do not know the algorithm, or the value is not one of it.
    """
    text = headers.get("upload-checksum")
    if text is None:
        return None
    name, _, value = text.partition(" ")
    expected = _from_base64(value)
    if name not in ALGORITHMS or expected is None or len(expected) != DIGEST_BYTES[name]:
        raise BadInput(f"A checksum is one of {', '.join(ALGORITHMS)}.", field="Upload-Checksum")
    return Checksum(_digest(name), expected)


def status_of(upload: FileUpload) -> dict[str, str]:
    """How far an upload is, and until when it may go on."""
    return {
        "upload-offset": str(upload.offset_bytes),
        "upload-expires": format_datetime(upload.expires_at, usegmt=True),
    }


def _digest(name: str) -> Digest:
    if name == "crc32":
        return Crc32()
    return hashlib.sha256() if name == "sha256" else hashlib.sha1(usedforsecurity=False)


def _from_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
