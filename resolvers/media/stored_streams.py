"""Puts a stream that lies on disk into the object store."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from domain.media.object_keys import MASTER_PLAYLIST
from domain.media.recordings import OnProgress
from domain.ports import ObjectStore

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
AUDIO_TYPE: Final = "audio/mp4"
VIDEO_TYPE: Final = "video/mp4"
TYPES: Final = {
    ".m3u8": PLAYLIST_TYPE,
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
"""Of all that is no media segment, by suffix."""
PUTS_AT_ONCE: Final = 4


async def store_stream(
    store: ObjectStore,
    rendered: Path,
    folder: str,
    on_progress: OnProgress,
    *,
    segment_type: str = AUDIO_TYPE,
) -> None:
    """Put all files below `rendered` under the prefix: the multivariant playlist last.

    What a run that was cut off left there goes first, so nothing is there but this stream.
    """
    await store.delete_prefix(folder)
    master = rendered / MASTER_PLAYLIST
    files = [file for file in await asyncio.to_thread(_files_below, rendered) if file != master]
    for first in range(0, len(files), PUTS_AT_ONCE):
        some = files[first : first + PUTS_AT_ONCE]
        await _put_all(store, rendered, folder, some, segment_type)
        await on_progress(first / len(files))
    await store.put_file(folder + MASTER_PLAYLIST, master, PLAYLIST_TYPE)


async def store_beside(store: ObjectStore, made: Path, folder: str) -> None:
    """Put all files below `made` under the prefix, beside what is there."""
    files = await asyncio.to_thread(_files_below, made)
    for first in range(0, len(files), PUTS_AT_ONCE):
        await _put_all(store, made, folder, files[first : first + PUTS_AT_ONCE], VIDEO_TYPE)


async def _put_all(
    store: ObjectStore, rendered: Path, folder: str, files: Sequence[Path], segment_type: str
) -> None:
    """Put some files side by side; if any fails, the first failure is raised."""
    try:
        async with asyncio.TaskGroup() as puts:
            for file in files:
                key = folder + file.relative_to(rendered).as_posix()
                content_type = TYPES.get(file.suffix, segment_type)
                puts.create_task(store.put_file(key, file, content_type))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _files_below(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
