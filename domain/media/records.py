"""Records of the catalogue: artists, albums, tracks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.ids import AlbumId, ArtistId, PlayableKey, PlayableKind, TrackId, UserId, UserKey


class PlayableState(StrEnum):
    """How far something playable is on its way to listeners.

    AWAITING_FILE ──file──► UPLOADED ──worker──► PROCESSING ──► READY
                               ▲                      │
                               └────── retry ───── FAILED
    """

    AWAITING_FILE = "AWAITING_FILE"
    UPLOADED = "UPLOADED"
    PROCESSING = "PROCESSING"
    READY = "READY"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artist:
    """Whose music it is."""

    id: ArtistId
    owner_id: UserId
    name: str
    name_key: str
    """The name as imports compare it: `text_key(name)`; unique for each owner."""
    bio: str
    image_key: str | None
    music_brainz_id: str | None = None
    released_at: datetime | None
    """When their first album was released; before that only the owner sees them."""
    deleted_at: datetime | None = None
    """When it was deleted; the row stays, and nobody sees it."""
    version: int = 1
    """Grows with each change."""
    created_at: datetime

    @property
    def is_public(self) -> bool:
        """Whether anyone may see them."""
        return self.released_at is not None and self.deleted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """Tracks that belong together; a single is an album of its own."""

    id: AlbumId
    artist_id: ArtistId
    owner_id: UserId
    title: str
    title_key: str
    """The title as imports compare it: `album_key(title)`; unique for each artist."""
    release_date: str | None
    """As printed on it: a year, a month or a day."""
    cover_key: str | None
    """Object key of the cover picture."""
    cover_color: str | None = None
    """The colour that most of the cover has, as `#rrggbb`."""
    loudness_lufs: float | None = None
    """Over all its tracks as one; None until one is READY, and where all is silence."""
    true_peak_db: float | None = None
    """The highest of its tracks'."""
    upc: str | None = None
    """UPC or EAN; no other album of the owner's has it."""
    music_brainz_id: str | None = None
    """Of the release."""
    is_explicit: bool = False
    territories: str = ""
    """Where it may be heard, as `Territories` prints it; empty: everywhere."""
    release_at: datetime | None = None
    """When it will be let go by itself; None where nothing is planned."""
    released_at: datetime | None
    """When its first track could be heard by anyone; set once."""
    withdrawn_at: datetime | None = None
    """When its owner took it back; None again with the next release."""
    deleted_at: datetime | None = None
    """When it was deleted; the row stays, and nobody sees it."""
    version: int = 1
    """Grows with each change."""
    created_at: datetime

    @property
    def is_public(self) -> bool:
        """Whether anyone may see it."""
        return (
            self.released_at is not None and self.withdrawn_at is None and self.deleted_at is None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Playable:
    """What all that can be played has in common: an owner, a file, and how far it is."""

    kind: ClassVar[PlayableKind]

    id: str
    owner_id: UserId
    title: str
    duration_ms: int | None
    state: PlayableState
    published_at: datetime | None
    """When its owner let it go; it is public once it is READY, too."""
    release_at: datetime | None = None
    """When it will be let go by itself; None where nothing is planned."""
    deleted_at: datetime | None = None
    """When it was deleted; the row stays, published no more, and nobody sees it."""
    is_explicit: bool = False
    territories: str = ""
    """Where it may be heard, as `Territories` prints it; empty: everywhere."""
    tags: list[str]
    """Words that its owner put on it, each once."""
    failure_code: str | None
    failure: str | None
    """Why processing failed, for the owner to read."""
    file_name: str | None
    """What the uploader or importer called the file."""
    source_key: str | None
    """Object key of the original file."""
    source_hash: str | None
    """BLAKE3 of the original file."""
    source_bytes: int | None
    source_type: str | None = None
    """Media type of the original file, told from its bytes."""
    codec: str | None
    sample_rate: int | None
    channels: int | None
    bitrate: int | None
    """Of the original file, in bits per second."""
    loudness_lufs: float | None
    loudness_range: float | None
    true_peak_db: float | None
    waveform: bytes | None
    """Peaks from 0 to 255, evenly spread in time, one byte each."""
    hls_key: str | None
    """Object key of the multivariant playlist; everything it names lies below its folder."""
    version: int
    """Grows with each change."""
    created_at: datetime

    @property
    def is_public(self) -> bool:
        """Whether anyone may see and hear it."""
        return (
            self.published_at is not None
            and self.state is PlayableState.READY
            and self.deleted_at is None
        )

    @property
    def owner(self) -> UserKey:
        """Who may change it."""
        return UserKey(self.owner_id)

    @property
    def playable(self) -> PlayableKey:
        """How other domains name it."""
        return PlayableKey(self.kind, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Track(Playable):
    """A recording."""

    kind: ClassVar[PlayableKind] = PlayableKind.TRACK

    id: TrackId
    artist_id: ArtistId
    album_id: AlbumId
    track_number: int | None
    disc_number: int | None
    genre: str | None
    year: int | None
    isrc: str | None
    iswc: str | None = None
    """Of the work that is played."""
    music_brainz_recording_id: str | None = None
    music_brainz_work_id: str | None = None
    version_title: str | None = None
    """What sets it apart from other recordings of the song, such as `Live` or `Radio Edit`."""
    language: str | None = None
    """Of the words that are sung (BCP 47)."""


def new_track(track_id: TrackId, album: Album, *, title: str, now: datetime) -> Track:
    """A draft on an album, before anything is known of its file."""
    return Track(
        id=track_id,
        artist_id=album.artist_id,
        album_id=album.id,
        owner_id=album.owner_id,
        title=title,
        track_number=None,
        disc_number=None,
        genre=None,
        year=None,
        isrc=None,
        duration_ms=None,
        state=PlayableState.AWAITING_FILE,
        published_at=None,
        tags=[],
        failure_code=None,
        failure=None,
        file_name=None,
        source_key=None,
        source_hash=None,
        source_bytes=None,
        codec=None,
        sample_rate=None,
        channels=None,
        bitrate=None,
        loudness_lufs=None,
        loudness_range=None,
        true_peak_db=None,
        waveform=None,
        hls_key=None,
        version=1,
        created_at=now,
    )
