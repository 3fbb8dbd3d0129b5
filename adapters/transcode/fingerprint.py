"""Hears how a recording sounds: Chromaprint, as it is built into FFmpeg."""

from pathlib import Path
from typing import Final

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import stream_ffmpeg
from domain.media.fingerprints import ITEMS_MAX, Fingerprint

SECONDS_HEARD: Final = 600


async def fingerprint(path: Path) -> Fingerprint:
    """The fingerprint of a recording's first ten minutes.

    Raises:
        TranscodeFailed: FFmpeg could not read it.
    """
    items = bytearray()
    arguments = [
        *(*input_arguments(str(path)), "-map", "0:a:0", "-t", str(SECONDS_HEARD)),
        *("-ac", "2"),  # of surround Chromaprint would hear nothing
        *("-f", "chromaprint", "-fp_format", "raw", "-"),
    ]
    async for chunk in stream_ffmpeg(arguments):
        items += chunk
    return Fingerprint(items=bytes(items[: ITEMS_MAX * 4]))
