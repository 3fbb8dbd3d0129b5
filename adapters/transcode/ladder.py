"""The ladders: which renditions are made of which kind of recording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.ids import PlayableKind
from domain.media.codecs import is_lossless
from domain.media.recordings import AudioFacts
from domain.media.streams import Family

LOSSY_CHANNELS_MAX = 2
LOSSY_RATES = (44_100, 48_000)
OPUS_RATE = 48_000
LOSSLESS_RATE_MAX = 96_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """What all renditions of a family have in common."""

    encoder: str
    """FFmpeg's name."""
    codecs: str
    """As players are told (RFC 6381): the sample entry's name, for FLAC and Opus."""
    frame_samples: int
    """Samples that a packet decodes to; 0 where packets say so themselves."""
    delay: int
    """Samples before the sound: AAC's priming and Opus' pre-skip, at the rendition's rate."""


CODECS: Mapping[Family, Codec] = {
    Family.AAC: Codec(encoder="aac", codecs="mp4a.40.2", frame_samples=1024, delay=1024),
    Family.OPUS: Codec(encoder="libopus", codecs="Opus", frame_samples=960, delay=312),
    Family.FLAC: Codec(encoder="flac", codecs="fLaC", frame_samples=0, delay=0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One quality of a stream."""

    name: str
    """Names the folder of the rendition, such as `low`."""
    family: Family
    kilobits: int | None
    """None where nothing may be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Every quality that one kind of recording is offered in."""

    rungs: tuple[Rung, ...]
    """From the leanest to the richest within each family; players start at the first."""
    segment_seconds: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A rung as it is made of one recording."""

    rung: Rung
    sample_rate: int
    channels: int
    bit_depth: int | None

    @property
    def codec(self) -> Codec:
        """What its family has in common."""
        return CODECS[self.rung.family]


MUSIC = Ladder(
    rungs=(
        Rung(name="low", family=Family.AAC, kilobits=64),
        Rung(name="medium", family=Family.AAC, kilobits=128),
        Rung(name="high", family=Family.AAC, kilobits=256),
        Rung(name="opus_low", family=Family.OPUS, kilobits=64),
        Rung(name="opus_high", family=Family.OPUS, kilobits=128),
        Rung(name="lossless", family=Family.FLAC, kilobits=None),
    )
)
LADDERS: Mapping[PlayableKind, Ladder] = {PlayableKind.TRACK: MUSIC}


def outputs_of(ladder: Ladder, facts: AudioFacts) -> Sequence[Output]:
    """What is made of a recording: nothing is called lossless whose source is not."""
    keeps_all = is_lossless(facts.codec, facts.channels)
    return [
        _output(rung, facts) for rung in ladder.rungs if rung.family is not Family.FLAC or keeps_all
    ]


def _output(rung: Rung, facts: AudioFacts) -> Output:
    is_flac = rung.family is Family.FLAC
    return Output(
        rung=rung,
        sample_rate=_rate(rung.family, facts.sample_rate),
        channels=facts.channels if is_flac else min(facts.channels, LOSSY_CHANNELS_MAX),
        bit_depth=facts.bit_depth if is_flac else None,
    )


def _rate(family: Family, source: int) -> int:
    """The source's own where it can be; else one that the source's divides into."""
    if family is Family.OPUS:
        return OPUS_RATE
    if family is Family.FLAC:
        if source <= LOSSLESS_RATE_MAX:
            return source
        return 88_200 if source % 44_100 == 0 else LOSSLESS_RATE_MAX
    if source in LOSSY_RATES:
        return source
    return 44_100 if source % 11_025 == 0 else 48_000
