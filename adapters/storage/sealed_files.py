"""Files on their way into a sealed store: hashed, then sealed slice by slice, in threads."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO, Final

from blake3 import blake3

from adapters.storage.seal_format import ChunkCipher, Header
from errors import StorageUnavailable

SLICE_BYTES: Final = 1024 * 1024
"""Read and sealed at once, many whole chunks; files that are no larger travel whole."""


async def sealed_slices(
    path: Path, header: Header, cipher: ChunkCipher
) -> AsyncGenerator[bytes, None]:
    """A file as it is stored: its header, then its chunks.

    Raises:
        StorageUnavailable: it is not as long any more as the header says.
    """
    yield header.print()
    with await asyncio.to_thread(path.open, "rb") as file:
        for at in range(0, header.size, SLICE_BYTES):
            wanted = min(SLICE_BYTES, header.size - at)
            number = at // header.chunk_bytes
            yield await asyncio.to_thread(_read_sealed, file, cipher, number, wanted)


def hash_file(path: Path) -> bytes:
    """The BLAKE3 of a file; blocks."""
    hasher = blake3()
    hasher.update_mmap(path)
    return hasher.digest()


def _read_sealed(file: BinaryIO, cipher: ChunkCipher, number: int, wanted: int) -> bytes:
    content = file.read(wanted)
    if len(content) != wanted:
        raise StorageUnavailable("The file changed while it was being stored.")
    return cipher.seal_all(number, content)
