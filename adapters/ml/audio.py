"""Turns one audio file into the embedding that `Track.similar` compares.

    file ─decode─▶ ≤ 90 s mono 22.05 kHz ─features─▶ 96 numbers ─standardise─▶ unit vector

Runs in a worker or a model process only, because it loads torch.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
import torch

from adapters.ml import audio_features
from adapters.ml.audio_scales import CENTRES, MODEL, SCALES, WEIGHTS
from adapters.transcode.ogg_headers import drop_repeated_headers, has_repeated_headers

DIMENSIONS = len(CENTRES)
EXCERPT_SECONDS_MAX = 90
SECONDS_MIN = 1.0
CPU_THREADS_MAX = 2
DAMAGED_PACKETS_MAX = 64
_DEVIATION_MAX = 4.0


class UnreadableAudio(Exception):
    """The file holds no sound that can be decoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEmbedding:
    """What one listening to a recording tells."""

    vector: bytes
    """`DIMENSIONS` little-endian 32-bit floats of length one."""

    tempo_bpm: float | None
    """Beats in a minute; None where no pulse stands out."""

    key: str | None
    """Such as "A minor"; None where no tone stands out."""

    model: str
    """The vector space, so that a change of model is seen in the stored rows."""


def embed(path: Path, device: str = "cpu") -> AudioEmbedding:
    """Listen to the middle of a recording and describe how it sounds.

    The same file gives the same bytes on the same machine; another device gives
    the same vector within 1e-3.

    Raises:
        UnreadableAudio: no audio stream, damaged throughout, or under a second.
    """
    samples = decode_excerpt(path)
    with _bounded_threads():
        sound = torch.from_numpy(samples).to(device)
        described = audio_features.describe(sound)
        vector = _standardise(described.values.to("cpu", torch.float32))
    return AudioEmbedding(
        vector=vector.numpy().astype("<f4").tobytes(),
        tempo_bpm=described.tempo_bpm,
        key=described.key,
        model=MODEL,
    )


def decode_excerpt(path: Path) -> np.ndarray:
    """Decode the middle of a file to mono floats, at most `EXCERPT_SECONDS_MAX`.

    Raises:
        UnreadableAudio: as `embed`.
    """
    try:
        return _decode(path)
    except UnreadableAudio:
        if not has_repeated_headers(path):
            raise
    with tempfile.TemporaryDirectory(prefix="tutti-mend-") as folder:
        mended = Path(folder) / "mended.ogg"
        drop_repeated_headers(path, mended)
        return _decode(mended)


def _decode(path: Path) -> np.ndarray:
    try:
        # Through a file object: a name that looks like an address is never dialled,
        # and a playlist in disguise may open nothing else.
        with (
            path.open("rb") as file,
            av.open(file, options={"protocol_whitelist": "none"}) as container,
        ):
            if not container.streams.audio:
                raise UnreadableAudio("the file has no audio stream")
            _seek_to_middle(container)
            samples = _read(container)
    except (av.error.FFmpegError, ValueError) as error:
        raise UnreadableAudio(f"the file cannot be decoded: {error}") from error
    if len(samples) < SECONDS_MIN * audio_features.RATE:
        raise UnreadableAudio(f"less than {SECONDS_MIN:g} s of sound")
    return samples


def _seek_to_middle(container: av.container.InputContainer) -> None:
    duration_us = container.duration or 0
    start_us = (duration_us - EXCERPT_SECONDS_MAX * 1_000_000) // 2
    if start_us > 0:
        container.seek(start_us)


def _read(container: av.container.InputContainer) -> np.ndarray:
    samples_max = EXCERPT_SECONDS_MAX * audio_features.RATE
    resampler = av.AudioResampler(format="flt", layout="mono", rate=audio_features.RATE)
    blocks: list[np.ndarray] = []
    count = 0
    for frame in _frames(container):
        for block in resampler.resample(frame):
            blocks.append(block.to_ndarray()[0])
            count += blocks[-1].size
        if count >= samples_max:
            break
    if not blocks:
        return np.zeros(0, dtype=np.float32)
    joined = np.concatenate(blocks)[:samples_max].astype(np.float32)
    return np.nan_to_num(joined, nan=0.0, posinf=0.0, neginf=0.0)


def _frames(container: av.container.InputContainer) -> Iterator[av.AudioFrame]:
    """Decode packet by packet, passing over a bounded number of damaged ones."""
    damaged = 0
    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            damaged += 1
            if damaged > DAMAGED_PACKETS_MAX:
                raise


def _standardise(values: torch.Tensor) -> torch.Tensor:
    centred = (values - torch.tensor(CENTRES)) / torch.tensor(SCALES)
    weighed = centred.clamp(-_DEVIATION_MAX, _DEVIATION_MAX) * torch.tensor(WEIGHTS)
    return weighed / weighed.norm().clamp_min(1e-9)


@contextmanager
def _bounded_threads() -> Iterator[None]:
    """Leave cores for the streams that are being transcoded beside us."""
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, CPU_THREADS_MAX))
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)
