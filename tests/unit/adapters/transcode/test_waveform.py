"""Peaks of recordings, and the bounded windows they are collected in."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.transcode.waveform import PEAKS, Outline, draw_waveform
from errors import TranscodeFailed
from tests.unit.adapters.transcode.sounds import a_tone, ffmpeg


async def test_loud_and_silent_halves_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    halves = "aevalsrc='if(lt(t,5),sin(2*PI*1000*t),0)':s=16000:d=10"
    ffmpeg("-f", "lavfi", "-i", halves, str(file))

    waveform = await draw_waveform(file)

    assert waveform.duration_ms == 10_000
    assert len(waveform.peaks) == PEAKS
    assert set(waveform.peaks[:400]) <= {254, 255}
    assert set(waveform.peaks[400:]) == {0}


async def test_a_recording_shorter_than_its_peaks_has_them_all(tmp_path: Path) -> None:
    file = a_tone(tmp_path / "a.wav", seconds=0.01, rate=16_000, level_db=0)

    waveform = await draw_waveform(file)

    assert waveform.duration_ms == 10
    assert len(waveform.peaks) == PEAKS
    assert max(waveform.peaks) >= 254


async def test_a_file_that_is_no_recording_fails(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"no sound at all")

    with pytest.raises(TranscodeFailed):
        await draw_waveform(file)


def test_the_most_negative_sample_is_full_scale() -> None:
    outline = Outline()

    outline.add(np.array([-32_768], dtype=np.int16))

    assert outline.peaks(1) == b"\xff"


@settings(max_examples=60, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 300), max_size=12),
    seed=st.integers(0, 2**16),
)
def test_windows_that_widen_lose_no_peak(lengths: list[int], seed: int) -> None:
    chance = np.random.default_rng(seed)
    chunks = [chance.integers(-32_767, 32_768, n).astype(np.int16) for n in lengths]
    outline = Outline(windows_max=64)

    for chunk in chunks:
        outline.add(chunk)

    everything = np.concatenate([np.zeros(0, np.int16), *chunks]).astype(np.int32)
    highest = int(np.abs(everything).max(initial=0)) * 255 // 32_767
    assert outline.samples == len(everything)
    assert max(outline.peaks(16)) == highest
