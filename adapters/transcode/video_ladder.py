"""The ladder of videos: which sizes are made of which source."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from domain.media.moving_pictures import VideoFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRung:
    """One size of a video; pictures fit into its box, which stands or lies as they do."""

    name: str
    """Names the folder of the rendition, such as `720p`."""
    long_side: int
    short_side: int
    """Of the box, in pixels."""
    kilobits: int
    """At most, averaged over two seconds."""
    rate_max: int
    """Frames per second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOutput:
    """A rung as it is made of one source."""

    rung: VideoRung
    width: int
    height: int
    rate: Fraction


VIDEO_RUNGS: Final = (
    VideoRung(name="240p", long_side=426, short_side=240, kilobits=400, rate_max=30),
    VideoRung(name="360p", long_side=640, short_side=360, kilobits=800, rate_max=30),
    VideoRung(name="480p", long_side=854, short_side=480, kilobits=1_400, rate_max=30),
    VideoRung(name="720p", long_side=1280, short_side=720, kilobits=3_000, rate_max=60),
    VideoRung(name="1080p", long_side=1920, short_side=1080, kilobits=6_000, rate_max=60),
)
"""From the smallest to the largest; players begin with the first."""
SEGMENT_SECONDS: Final = 6
KEY_FRAME_SECONDS: Final = 2
"""Divides the segment: players may change the size at each segment, and seek to each key frame."""
SOUND_KILOBITS: Final = 128
SOUND_RATE: Final = 48_000
NEARLY: Final = Fraction(9, 10)
"""A rung this close to the source is the last: a larger one would show hardly more."""


def outputs_of(facts: VideoFacts) -> list[VideoOutput]:
    """Every rung up to the first that shows the source as it is, or nearly so.

    Nothing is enlarged, so a small source has few rungs, a tiny one a single one.
    """
    outputs: list[VideoOutput] = []
    for rung in VIDEO_RUNGS:
        scale = _scale_of(rung, facts)
        outputs.append(_output(rung, facts, scale))
        if scale > NEARLY:
            break
    return outputs


def _scale_of(rung: VideoRung, facts: VideoFacts) -> Fraction:
    """By how much the source shrinks to fit into the rung's box; never more than 1."""
    longer, shorter = max(facts.width, facts.height), min(facts.width, facts.height)
    return min(Fraction(rung.long_side, longer), Fraction(rung.short_side, shorter), Fraction(1))


def _output(rung: VideoRung, facts: VideoFacts, scale: Fraction) -> VideoOutput:
    return VideoOutput(
        rung=rung,
        width=_even(facts.width, scale),
        height=_even(facts.height, scale),
        rate=_halved(facts.frame_rate, rung.rate_max),
    )


def _even(pixels: int, scale: Fraction) -> int:
    """H.264 halves the colours, so sides are even (ITU-T H.264, 6.2); never more than there are."""
    return max(2, min(round(pixels * scale / 2), pixels // 2) * 2)


def _halved(rate: Fraction, rate_max: int) -> Fraction:
    """A rate that every second frame of the source makes, so that key frames stay aligned."""
    while rate > rate_max:
        rate /= 2
    return rate
