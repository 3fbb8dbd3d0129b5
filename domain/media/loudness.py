"""Gain for players, and the loudness of many recordings as one (EBU R128, ReplayGain 2.0).

The loudness of a whole is the mean energy of its 400 ms blocks that pass two gates: louder than
-70 LUFS, and than 10 LU below the mean of those. Blocks of recordings that are played one after
the other are those of each, so their histograms add up to the album's.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

BINS_PER_LU: Final = 10
SILENCE_LUFS: Final = -70.0
RELATIVE_GATE_LU: Final = 10.0
REFERENCE_LUFS: Final = -18.0
"""What players turn everything to (ReplayGain 2.0)."""

Blocks = Mapping[int, int]
"""How many blocks are how loud: tenths of LUFS to a count."""


def bin_of(lufs: float) -> int | None:
    """The bin of a block; None for one below the absolute gate, which never counts."""
    return round(lufs * BINS_PER_LU) if lufs > SILENCE_LUFS else None


def add_up(each: Iterable[Blocks]) -> Blocks:
    """The blocks of several recordings."""
    whole: Counter[int] = Counter()
    for blocks in each:
        whole.update(blocks)
    return whole


def integrated_lufs(blocks: Blocks) -> float | None:
    """The loudness of the whole (ITU-R BS.1770, annex 1); None where all is silence."""
    mean = _mean_energy(blocks)
    if mean is None:
        return None
    gate = (_lufs(mean) - RELATIVE_GATE_LU) * BINS_PER_LU
    kept = _mean_energy({place: count for place, count in blocks.items() if place > gate})
    assert kept is not None, "the mean is louder than its gate"
    return _lufs(kept)


def gain_db(loudness_lufs: float | None) -> float | None:
    """By how much a player turns it up (or down); None for silence, which stays as it is."""
    if loudness_lufs is None or loudness_lufs <= SILENCE_LUFS:
        return None
    return round(REFERENCE_LUFS - loudness_lufs, 2)


def _mean_energy(blocks: Blocks) -> float | None:
    count = sum(blocks.values())
    if count == 0:
        return None
    energy = (number * 10 ** (place / BINS_PER_LU / 10) for place, number in blocks.items())
    return math.fsum(energy) / count


def _lufs(energy: float) -> float:
    return 10 * math.log10(energy)
