"""The transcoder that workers use: FFmpeg, PyAV, mutagen and Pillow behind one port."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from adapters.storage.workspace import workspace
from adapters.transcode.cover import NotAnImage, make_cover
from adapters.transcode.hls import transcode
from adapters.transcode.ladder import LADDERS
from adapters.transcode.loudness import measure_loudness
from adapters.transcode.ogg_headers import drop_repeated_headers, has_repeated_headers
from adapters.transcode.probe import probe
from adapters.transcode.tags import read_tags
from adapters.transcode.waveform import draw_waveform
from domain.media.recordings import Loudness, OnProgress, Recording, Rendition, Tags, Waveform

SECONDS_MIN = 120.0
SECONDS_OF_WORK_PER_SECOND = 1.0
"""Even a busy small machine encodes ten times faster; slower than this hangs."""


class FfmpegTranscoder:
    """Implements `domain.media.recordings.Transcoder`; what blocks runs in threads."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch

    def workspace(self, name: str) -> AbstractAsyncContextManager[Path]:
        """An empty folder for one piece of work; what an earlier try left is gone."""
        return workspace(self._scratch, name)

    async def read_tags(self, path: Path) -> Tags:
        """What the file says of itself, readable as audio or not."""
        return await asyncio.to_thread(read_tags, path)

    async def open(self, path: Path, folder: Path) -> Recording:
        """Facts, tags and cover of a file; a mended copy is put into `folder`.

        Raises:
            NotAudio: no recording can be made of it.
        """
        return await asyncio.to_thread(_open, path, folder)

    async def measure_loudness(self, path: Path) -> Loudness:
        """Loudness over the whole.

        Raises:
            TranscodeFailed: FFmpeg could not read it to the end.
        """
        return await measure_loudness(path)

    async def draw_waveform(self, path: Path) -> Waveform:
        """Peaks and real length.

        Raises:
            TranscodeFailed: FFmpeg could not read it to the end.
        """
        return await draw_waveform(path)

    async def render(
        self, recording: Recording, target: Path, on_progress: OnProgress, *, duration_ms: int
    ) -> list[Rendition]:
        """Write the HLS stream below `target`.

        Raises:
            TranscodeFailed: FFmpeg failed or took too long.
        """
        return await transcode(
            recording.path,
            target,
            LADDERS["track"],
            on_progress,
            duration_ms=duration_ms,
            sample_rate=recording.facts.sample_rate,
            seconds_max=SECONDS_MIN + SECONDS_OF_WORK_PER_SECOND * duration_ms / 1000,
        )


def _open(path: Path, folder: Path) -> Recording:
    source = path
    if has_repeated_headers(path):
        source = folder / f"mended{path.suffix}"
        drop_repeated_headers(path, source)
    facts = probe(source)
    tags = read_tags(source)
    return Recording(path=source, facts=facts, tags=tags, cover=_cover(tags))


def _cover(tags: Tags) -> bytes | None:
    """The cover if it can be shown; a broken picture does not spoil the recording."""
    if tags.cover is None:
        return None
    try:
        return make_cover(tags.cover)
    except NotAnImage:
        return None
