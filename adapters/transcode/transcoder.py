"""The transcoder that workers use: FFmpeg, PyAV, mutagen and Pillow behind one port."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from adapters.storage.workspace import workspace
from adapters.transcode.cover import NotAnImage, make_covers
from adapters.transcode.fingerprint import fingerprint
from adapters.transcode.hls import transcode
from adapters.transcode.ladder import LADDERS
from adapters.transcode.loudness import measure_loudness
from adapters.transcode.ogg_headers import drop_repeated_headers, has_repeated_headers
from adapters.transcode.probe import probe
from adapters.transcode.tags import read_tags
from adapters.transcode.video_transcoder import FfmpegVideoTranscoder
from adapters.transcode.waveform import draw_waveform
from domain.ids import PlayableKind
from domain.media.fingerprints import Fingerprint
from domain.media.pictures import Pictures
from domain.media.recordings import AudioFacts, Loudness, OnProgress, Rendition, Tags, Waveform

SECONDS_MIN = 120.0
SECONDS_OF_WORK_PER_SECOND = 1.0
"""Even a busy small machine encodes ten times faster; slower than this hangs."""


class FfmpegTranscoder:
    """Implements `domain.media.recordings.Transcoder`; what blocks runs in threads."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self.videos = FfmpegVideoTranscoder()

    def workspace(self, name: str) -> AbstractAsyncContextManager[Path]:
        """An empty folder for one piece of work; what an earlier try left is gone."""
        return workspace(self._scratch, name)

    async def read_tags(self, path: Path) -> Tags:
        """What the file says of itself, readable as audio or not."""
        return await asyncio.to_thread(read_tags, path)

    async def mend(self, path: Path, folder: Path) -> Path:
        """The file, or a copy of it in `folder` without the faults that we know."""
        return await asyncio.to_thread(_mend, path, folder)

    async def probe(self, path: Path) -> AudioFacts:
        """What recording is in the file.

        Raises:
            NotAudio: no recording can be made of it.
        """
        return await asyncio.to_thread(probe, path)

    async def make_covers(self, picture: bytes) -> Pictures | None:
        """A picture in all sizes of our own making; None where it is none that can be shown."""
        try:
            return await asyncio.to_thread(make_covers, picture)
        except NotAnImage:
            return None

    async def measure_loudness(self, path: Path) -> Loudness:
        """Loudness over the whole.

        Raises:
            TranscodeFailed: FFmpeg could not read it to the end.
        """
        return await measure_loudness(path)

    async def fingerprint(self, path: Path) -> Fingerprint:
        """How it sounds.

        Raises:
            TranscodeFailed: FFmpeg could not read it to the end.
        """
        return await fingerprint(path)

    async def draw_waveform(self, path: Path) -> Waveform:
        """Peaks and real length.

        Raises:
            TranscodeFailed: FFmpeg could not read it to the end.
        """
        return await draw_waveform(path)

    async def render(
        self,
        path: Path,
        target: Path,
        on_progress: OnProgress,
        *,
        facts: AudioFacts,
        sample_count: int,
    ) -> list[Rendition]:
        """Write the HLS stream below `target`.

        Raises:
            TranscodeFailed: FFmpeg failed or took too long.
        """
        return await transcode(
            path,
            target,
            LADDERS[PlayableKind.TRACK],
            on_progress,
            facts=facts,
            sample_count=sample_count,
            seconds_max=SECONDS_MIN + SECONDS_OF_WORK_PER_SECOND * sample_count / facts.sample_rate,
        )


def _mend(path: Path, folder: Path) -> Path:
    if not has_repeated_headers(path):
        return path
    mended = folder / f"mended{path.suffix}"
    drop_repeated_headers(path, mended)
    return mended
