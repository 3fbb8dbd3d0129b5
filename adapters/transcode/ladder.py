"""The ladders: which renditions are made of which kind of recording."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One quality of a stream."""

    name: str
    """Names the folder of the rendition, such as `low`."""
    kilobits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Every quality that one kind of recording is offered in."""

    rungs: tuple[Rung, ...]
    """From the leanest to the richest; players start at the first."""
    segment_seconds: int = 6
    channels: int = 2


MUSIC = Ladder(
    rungs=(
        Rung(name="low", kilobits=64),
        Rung(name="medium", kilobits=128),
        Rung(name="high", kilobits=256),
    )
)
LADDERS: Mapping[str, Ladder] = {"track": MUSIC}
