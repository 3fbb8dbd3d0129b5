"""Writes what streams in to a file: hashed, bounded, and never all of it in memory."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from errors import TooLarge

BUFFER_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file as it arrived."""

    path: Path
    hash: str
    size: int


class FileSink:
    """One file on its way in; `with` it, for it holds a file open."""

    def __init__(self, path: Path, bytes_max: int) -> None:
        self._path = path
        self._bytes_max = bytes_max
        self._digest = blake3()
        self._buffer = bytearray()
        self._size = 0
        self._file: BinaryIO | None = None

    def __enter__(self) -> "FileSink":
        return self

    def __exit__(self, *_failure: object) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()

    async def write(self, chunk: bytes) -> None:
        """Take in a piece; disk and hash are left to a thread, a bounded piece at a time.

        Raises:
            TooLarge: with it, there are more bytes than there may be.
        """
        self._size += len(chunk)
        if self._size > self._bytes_max:
            raise TooLarge(f"The file has more than {self._bytes_max} bytes.", field="file")
        self._buffer += chunk
        if len(self._buffer) >= BUFFER_BYTES:
            await self._flush()

    async def finish(self) -> Received:
        """Write what is left, and tell what came."""
        await self._flush()
        return Received(self._path, self._digest.hexdigest(), self._size)

    async def _flush(self) -> None:
        data, self._buffer = bytes(self._buffer), bytearray()
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = self._path.open("wb")
        self._file.write(data)
        self._file.flush()
        self._digest.update(data)
