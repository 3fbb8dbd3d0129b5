"""Tells files that were cut off on their way from those that are whole."""

from typing import Final

from domain.media.file_faults import FileTruncated
from domain.media.recordings import AudioFacts

EXACT_CONTAINERS: Final = frozenset({"aiff", "caf", "flac", "mov", "w64", "wav"})
"""Those that say beforehand how long they are; others are as long as they turn out to be."""
MISSING_MS_MAX: Final = 1_000
MISSING_SHARE_MAX: Final = 0.01
"""Rounding and padding explain less than both of these."""


def require_whole(facts: AudioFacts, sample_count: int) -> None:
    """Refuse a recording that ends long before the end that its file claims.

    Raises:
        FileTruncated: it was cut off.
    """
    heard_ms = sample_count * 1000 // facts.sample_rate
    missing = facts.duration_ms - heard_ms
    tolerated = max(MISSING_MS_MAX, facts.duration_ms * MISSING_SHARE_MAX)
    if facts.container in EXACT_CONTAINERS and missing > tolerated:
        raise FileTruncated(
            f"The file ends after {_clock(heard_ms)} of {_clock(facts.duration_ms)}; "
            "upload it again, whole."
        )


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02d}"
