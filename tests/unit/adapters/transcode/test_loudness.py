"""Loudness against the standard's own test signal."""

from pathlib import Path

import pytest

from adapters.transcode.loudness import measure_loudness, parse_loudness
from domain.media.recordings import Loudness
from errors import TranscodeFailed
from tests.unit.adapters.transcode.sounds import a_tone


@pytest.mark.parametrize("level", [-23.0, -33.0])
async def test_a_stereo_sine_measures_as_ebu_tech_3341_demands(
    level: float, tmp_path: Path
) -> None:
    file = a_tone(tmp_path / "a.wav", seconds=20, rate=48_000, level_db=level)

    loudness = await measure_loudness(file)

    assert abs(loudness.integrated_lufs - level) <= 0.1
    assert loudness.range_lu <= 0.1
    assert loudness.true_peak_dbtp is not None
    assert abs(loudness.true_peak_dbtp - level) <= 0.2


async def test_silence_has_no_peak(tmp_path: Path) -> None:
    file = a_tone(tmp_path / "a.wav", seconds=2, level_db=-400)

    loudness = await measure_loudness(file)

    assert loudness == Loudness(
        integrated_lufs=-70.0, range_lu=0.0, true_peak_dbtp=None, blocks={}, sample_count=88_200
    )


async def test_a_file_that_is_no_recording_fails(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.write_bytes(b"no sound at all")

    with pytest.raises(TranscodeFailed, match="FFmpeg exited with"):
        await measure_loudness(file)


def test_an_output_without_a_summary_fails() -> None:
    with pytest.raises(TranscodeFailed, match="no loudness summary"):
        parse_loudness(["    I:         -12.8 LUFS", "size=N/A"], {})
