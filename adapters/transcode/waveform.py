"""Draws a recording as a row of peaks, holding a few kilobytes at any time."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from adapters.transcode.containers import input_arguments
from adapters.transcode.ffmpeg import stream_ffmpeg
from domain.media.recordings import Waveform

PEAKS = 800
PEAK_MAX = 255
SAMPLE_RATE = 16_000
SAMPLE_MAX = 32_767
SAMPLE_BYTES = 2
WINDOWS_MAX = 16_384

Samples = npt.NDArray[np.int16]
Windows = npt.NDArray[np.int32]


async def draw_waveform(path: Path) -> Waveform:
    """Decode the file once, as a stream, and keep the peaks.

    Raises:
        TranscodeFailed: FFmpeg could not read it, or not in time.
    """
    outline = Outline()
    rest = b""
    source = input_arguments(str(path))
    raw = ["-f", "s16le", "-ac", "1", "-ar", str(SAMPLE_RATE), "pipe:1"]
    async for chunk in stream_ffmpeg([*source, "-map", "0:a:0", *raw]):
        data = rest + chunk
        whole = len(data) - len(data) % SAMPLE_BYTES
        outline.add(np.frombuffer(data[:whole], dtype="<i2"))
        rest = data[whole:]
    return Waveform(peaks=outline.peaks(), duration_ms=round(outline.samples * 1000 / SAMPLE_RATE))


class Outline:
    """Collects peaks of a stream of unknown length in a bounded number of windows.

    When all windows are full, neighbours are joined and windows become twice as wide:

        ▁▅▃▇▂▂ (full)   →   ▅▇▂… (half full, each twice as long)
    """

    def __init__(self, windows_max: int = WINDOWS_MAX) -> None:
        self.samples = 0
        self._windows: Windows = np.zeros(windows_max, dtype=np.int32)
        self._width = 1

    def add(self, samples: Samples) -> None:
        """Take in the next samples."""
        while self.samples + len(samples) > self._width * len(self._windows):
            self._widen()
        loud = np.abs(samples.astype(np.int32))
        places = (self.samples + np.arange(len(loud))) // self._width
        np.maximum.at(self._windows, places, loud)
        self.samples += len(samples)

    def peaks(self, count: int = PEAKS) -> bytes:
        """The highest peak in each of `count` equal parts, scaled to 0…255."""
        used = max(1, -(-self.samples // self._width))
        starts = np.arange(count) * used // count
        ends = np.maximum(starts + 1, (np.arange(count) + 1) * used // count)
        highest = [self._windows[a:b].max() for a, b in zip(starts, ends, strict=True)]
        scaled = np.minimum(np.array(highest) * PEAK_MAX // SAMPLE_MAX, PEAK_MAX)
        return bytes(scaled.astype(np.uint8))

    def _widen(self) -> None:
        half = len(self._windows) // 2
        joined = np.maximum(self._windows[0::2], self._windows[1::2])
        self._windows[:half] = joined
        self._windows[half:] = 0
        self._width *= 2
