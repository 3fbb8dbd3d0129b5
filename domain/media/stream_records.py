"""What was made of a file that can be streamed."""

from dataclasses import dataclass

from domain.media.loudness import Blocks
from domain.media.recordings import Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFacts:
    """What players must know of a recording and its renditions to play it without a gap."""

    playable: str
    """Whose it is: kind and id."""
    sample_count: int
    """Samples of each channel at the original's own rate."""
    encoder_delay: int | None
    """Samples that the original's encoder put before the sound, as the file says."""
    encoder_padding: int | None
    """The same behind it."""
    renditions: list[Rendition]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredTrack:
    """What an album is measured by."""

    true_peak_db: float | None
    blocks: Blocks
