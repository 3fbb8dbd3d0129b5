"""Objects as files below one folder, each written whole or not at all."""

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from adapters.storage.store import (
    CHUNK_BYTES,
    content_type_of,
    require_key,
    require_prefix,
)
from domain.ports import ObjectStat
from errors import NotFound, StorageUnavailable

UNFINISHED = ".unfinished"
LIST_PAGE = 512


class LocalStore:
    """An object store on a disk; all file work happens in threads.

    The content type follows the key's suffix, so the one given is not kept.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Copy a file to the key, replacing what was there."""
        del content_type
        with _write_faults():
            await asyncio.to_thread(self._write, key, lambda file: _copy(path, file))

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Write bytes to the key, replacing what was there."""
        del content_type
        with _write_faults():
            await asyncio.to_thread(self._write, key, lambda file: _write_all(data, file))

    async def put_chunks(self, key: str, chunks: AsyncIterator[bytes], content_type: str) -> None:
        """Write what is being made to the key, replacing what was there."""
        del content_type
        target = self._path(key)
        with _write_faults():
            draft, file = await asyncio.to_thread(_open_draft, target)
            try:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
                await asyncio.to_thread(_put_in_place, file, draft, target)
            finally:
                file.close()
                draft.unlink(missing_ok=True)

    async def get(self, key: str) -> bytes:
        """Read a whole object.

        Raises:
            NotFound: there is none.
        """
        with _read_faults():
            return await asyncio.to_thread(self._path(key).read_bytes)

    async def open_range(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`, chunk by chunk.

        Raises:
            NotFound: there is none.
        """
        require_key(key)
        if end <= start:
            return
        with _read_faults():
            file = await asyncio.to_thread(self._open_at, key, start)
        try:
            left = end - start
            while left > 0:
                chunk = await asyncio.to_thread(file.read, min(CHUNK_BYTES, left))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk
        finally:
            file.close()

    async def stat(self, key: str) -> ObjectStat | None:
        """Tell size, tag and time of an object; None if there is none."""
        return await asyncio.to_thread(self._stat, key)

    async def delete(self, key: str) -> None:
        """Remove one object; none there is no error."""
        with _write_faults():
            await asyncio.to_thread(_remove, self._path(key))

    async def delete_prefix(self, prefix: str) -> None:
        """Remove everything below the folder; nothing there is no error."""
        folder = self._path(require_prefix(prefix)[:-1])
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """Yield the keys below the folder, in no particular order."""
        keys = self._keys(require_prefix(prefix))
        while page := await asyncio.to_thread(_take, keys, LIST_PAGE):
            for key in page:
                yield key

    async def list_after(self, key: str) -> AsyncIterator[str]:
        """Yield all keys behind this one, folder by folder in the order of their names."""
        keys = _walk(self._root, (), tuple(key.split("/")) if key else ())
        while page := await asyncio.to_thread(_take, keys, LIST_PAGE):
            for each in page:
                yield each

    async def fetch_to(self, key: str, path: Path) -> None:
        """Copy an object to a file.

        Raises:
            NotFound: there is none.
        """
        with _read_faults():
            await asyncio.to_thread(shutil.copyfile, self._path(key), path)

    def _path(self, key: str) -> Path:
        return self._root / require_key(key)

    def _write(self, key: str, fill: Callable[[BinaryIO], None]) -> None:
        """Fill a file beside the target, make it durable, then put it in place."""
        target = self._path(key)
        draft, file = _open_draft(target)
        try:
            fill(file)
            _put_in_place(file, draft, target)
        finally:
            file.close()
            draft.unlink(missing_ok=True)

    def _open_at(self, key: str, start: int) -> BinaryIO:
        file = self._path(key).open("rb")
        file.seek(start)
        return file

    def _stat(self, key: str) -> ObjectStat | None:
        path = self._path(key)
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        if path.is_dir():
            return None
        return ObjectStat(
            size=found.st_size,
            etag=f"{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}",
            content_type=content_type_of(key),
            modified=datetime.fromtimestamp(found.st_mtime, UTC),
        )

    def _keys(self, prefix: str) -> Iterator[str]:
        for folder, _, names in os.walk(self._path(prefix[:-1])):
            base = Path(folder).relative_to(self._root).as_posix()
            yield from (f"{base}/{name}" for name in names if not name.startswith("."))


def _open_draft(target: Path) -> tuple[Path, BinaryIO]:
    """A new file beside the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    return draft, draft.open("xb")


def _put_in_place(file: BinaryIO, draft: Path, target: Path) -> None:
    """Make a draft durable, then give it the target's name, and make that durable too."""
    file.flush()
    os.fsync(file.fileno())
    draft.replace(target)
    _sync_folder(target.parent)


def _remove(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        path.unlink()


def _walk(folder: Path, at: tuple[str, ...], after: tuple[str, ...]) -> Iterator[str]:
    """Keys below a folder, in order, those behind `after` only."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        here = (*at, entry.name)
        if entry.name.startswith(".") or here < after[: len(here)]:
            continue
        if entry.is_dir():
            yield from _walk(folder / entry.name, here, after)
        elif here > after:
            yield "/".join(here)


def _copy(source: Path, file: BinaryIO) -> None:
    with source.open("rb") as reader:
        shutil.copyfileobj(reader, file, CHUNK_BYTES)


def _write_all(data: bytes, file: BinaryIO) -> None:
    file.write(data)


def _take(keys: Iterator[str], count: int) -> list[str]:
    return [key for _, key in zip(range(count), keys, strict=False)]


def _sync_folder(folder: Path) -> None:
    """Make the new name durable too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _read_faults() -> Iterator[None]:
    """Say in our words what the disk said in its own."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound("There is no such object.") from error
    except OSError as error:
        raise StorageUnavailable("The disk refused to read.") from error


@contextlib.contextmanager
def _write_faults() -> Iterator[None]:
    """A full disk or a lost mount may be mended, so writing may be tried again."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("The disk refused to write.") from error
