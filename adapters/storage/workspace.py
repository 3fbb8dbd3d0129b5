"""Folders to work in: empty when one enters, gone when one leaves, whatever happened."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path

ABANDONED_SECONDS = 24 * 60 * 60


@contextlib.asynccontextmanager
async def workspace(root: Path, name: str) -> AsyncIterator[Path]:
    """An empty folder `root/name` for the block.

    A worker that was killed leaves its folder behind: the next try of the same work clears
    it, and folders that nobody came back to for a day are cleared by whoever comes.
    """
    assert "/" not in name, name
    folder = root / name
    await asyncio.to_thread(_prepare, root, folder)
    try:
        yield folder
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))


def _prepare(root: Path, folder: Path) -> None:
    root.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - ABANDONED_SECONDS
    for other in root.iterdir():
        with contextlib.suppress(OSError):
            if other == folder or other.stat().st_mtime < oldest:
                shutil.rmtree(other, ignore_errors=True)
    folder.mkdir()
