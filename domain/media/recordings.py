"""What can be known of a recording's file, and who finds it out."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.media.fingerprints import Fingerprint
from domain.media.moving_pictures import VideoTranscoder
from domain.media.pictures import Pictures
from domain.media.progress import OnProgress as OnProgress
from domain.media.progress import OnStepProgress as OnStepProgress
from domain.media.streams import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """What an encoder put around the sound, as its file says: to be cut off by whoever decodes."""

    delay: int | None = None
    """Samples before the sound."""
    padding: int | None = None
    """Samples behind it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What the container says of its first audio stream."""

    duration_ms: int
    """As claimed by the container; the decoded length is measured with the waveform."""
    codec: str
    """FFmpeg's name of the codec, such as `vorbis`."""
    sample_rate: int
    channels: int
    bitrate: int
    """Bits per second over the whole file."""
    container: str
    """FFmpeg's name of the container, such as `ogg`."""
    bit_depth: int | None
    """Of each sample, 16 or 24 where FLAC can keep it; None where something was left out."""
    trim: Trim


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What a file says of itself; every text trimmed, bounded and free of controls."""

    title: str | None
    """All title values on one line."""
    artist: str | None
    """As credited on one line: all artists, joined by commas."""
    artists: tuple[str, ...]
    album: str | None
    album_artist: str | None
    track_number: int | None
    disc_number: int | None
    year: int | None
    genres: tuple[str, ...]
    isrc: str | None
    """Twelve characters without hyphens; None where malformed."""
    cover: bytes | None
    """The front cover as found: not yet known to be an image."""
    cover_mime: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How loud a recording is (EBU R128); players turn their volume by it."""

    integrated_lufs: float
    """Loudness over the whole recording; -70 is the gate, so it means silence."""
    range_lu: float
    """Between the quiet and the loud parts."""
    true_peak_dbtp: float | None
    """The highest peak between samples; None where there is only digital silence."""
    blocks: dict[int, int]
    """How many gating blocks are how loud, in tenths of LUFS: albums are measured by them."""
    sample_count: int
    """Samples of each channel when decoded, without what the encoder put around them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """The outline of a recording, and how long it is when really decoded."""

    peaks: bytes
    """Evenly spread in time, one byte each, from 0 (silence) to 255 (full scale)."""
    duration_ms: int
    """Counted in samples, so a container that lies about its length is found out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One quality of a stream as it was written."""

    name: str
    playlist: str
    """Path of its media playlist, relative to the multivariant playlist."""
    peak_bits: int
    """Bits per second of its busiest stretch (BANDWIDTH)."""
    average_bits: int
    """Bits per second over all of it (AVERAGE-BANDWIDTH)."""
    codecs: str
    """As RFC 6381 names what is in it."""
    size: int
    """Bytes of all its files."""
    family: Family
    sample_rate: int
    channels: int
    bit_depth: int | None
    """None where the codec has none."""
    delay: int
    """Samples at its own rate that are decoded before the sound begins."""
    padding: int
    """Samples that are decoded after it has ended."""
    sample_count: int
    """Samples of the sound itself."""


class Transcoder(Protocol):
    """Reads recordings and makes streams of them; slow, so for workers only."""

    @property
    def videos(self) -> VideoTranscoder:
        """The same for moving pictures."""
        ...

    def workspace(self, name: str) -> AbstractAsyncContextManager[Path]:
        """An empty folder for one piece of work; what an earlier try left is gone."""
        ...

    async def read_tags(self, path: Path) -> Tags:
        """What the file says of itself, readable as audio or not."""
        ...

    async def mend(self, path: Path, folder: Path) -> Path:
        """The file, or a copy of it in `folder` without the faults that we know."""
        ...

    async def probe(self, path: Path) -> AudioFacts:
        """What recording is in the file; raises NotAudio."""
        ...

    async def make_covers(self, picture: bytes) -> Pictures | None:
        """A picture in all sizes of our own making; None where it is none that can be shown."""
        ...

    async def measure_loudness(self, path: Path) -> Loudness:
        """Loudness over the whole; raises TranscodeFailed."""
        ...

    async def fingerprint(self, path: Path) -> Fingerprint:
        """How it sounds; raises TranscodeFailed."""
        ...

    async def draw_waveform(self, path: Path) -> Waveform:
        """Peaks and real length; raises TranscodeFailed."""
        ...

    async def render(
        self,
        path: Path,
        target: Path,
        on_progress: OnProgress,
        *,
        facts: AudioFacts,
        sample_count: int,
    ) -> list[Rendition]:
        """Write the HLS stream, `master.m3u8` last; raises TranscodeFailed."""
        ...
