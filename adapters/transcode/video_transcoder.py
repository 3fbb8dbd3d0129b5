"""The transcoder of videos that workers use: FFmpeg, PyAV and Pillow behind one port."""

import asyncio
from pathlib import Path
from typing import Final

from adapters.transcode.video_hls import transcode_video
from adapters.transcode.video_pictures import draw_pictures
from adapters.transcode.video_probe import probe_video
from domain.media.moving_pictures import VideoFacts, VideoPictures, VideoStream
from domain.media.recordings import OnProgress

SECONDS_MIN: Final = 300.0
SECONDS_OF_WORK_PER_SECOND: Final = 10.0
"""A small machine that is busy encodes the whole ladder at a fifth of real time; slower hangs."""


class FfmpegVideoTranscoder:
    """Implements `domain.media.moving_pictures.VideoTranscoder`; what blocks runs in threads."""

    async def probe(self, path: Path) -> VideoFacts:
        """What video is in the file.

        Raises:
            NotVideo: there is none that can be shown.
        """
        return await asyncio.to_thread(probe_video, path)

    async def render(
        self, path: Path, target: Path, on_progress: OnProgress, *, facts: VideoFacts
    ) -> VideoStream:
        """Write the HLS stream below `target`.

        Raises:
            TranscodeFailed: FFmpeg failed or took too long.
            NotVideo: not one picture came of it.
        """
        seconds_max = SECONDS_MIN + SECONDS_OF_WORK_PER_SECOND * facts.duration_ms / 1000
        return await transcode_video(
            path, target, on_progress, facts=facts, seconds_max=seconds_max
        )

    async def draw_pictures(
        self, path: Path, smallest: Path, target: Path, *, facts: VideoFacts, stream: VideoStream
    ) -> VideoPictures:
        """Write thumbnails and storyboard below `target`.

        Raises:
            TranscodeFailed: FFmpeg failed or took too long.
        """
        return await draw_pictures(path, smallest, target, facts=facts, stream=stream)
