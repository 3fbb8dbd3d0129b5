"""What a file of a playlist says, whichever form it has."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.ids import PLAYABLE_KINDS, PlayableKey
from errors import BadInput, TooLarge

FILE_CHARS_MAX = 900_000
ENTRIES_MAX = 2_000
TEXT_CHARS_MAX = 500
IDENTIFIERS_MAX = 10
"""Of one entry."""
DURATION_MS_MAX = 2**31 - 1

OURS = re.compile(r"^urn:tutti:(\w{1,20}):([\w-]{1,100})$")
ISRC = re.compile(r"^(?:urn:)?isrc:([A-Za-z]{2}-?[A-Za-z0-9]{3}-?\d{2}-?\d{5})$")
MUSIC_BRAINZ = re.compile(r"^https?://musicbrainz\.org/recording/([0-9a-f-]{36})/?$")


class PlaylistFormat(StrEnum):
    """In which form a playlist is written."""

    M3U = "M3U"
    """Extended M3U in UTF-8."""
    XSPF = "XSPF"
    """XML Shareable Playlist Format, version 1."""
    JSPF = "JSPF"
    """The same as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTrack:
    """An entry of a file."""

    title: str = ""
    creator: str = ""
    album: str = ""
    duration_ms: int | None = None
    identifiers: tuple[str, ...] = ()
    """URIs that name the recording: ours, `isrc:…`, those of MusicBrainz."""

    @property
    def playable(self) -> PlayableKey | None:
        """What it names of ours."""
        found = (OURS.match(each) for each in self.identifiers)
        keys = [(match[1], match[2]) for match in found if match and match[1] in PLAYABLE_KINDS]
        return PlayableKey(PLAYABLE_KINDS[keys[0][0]], keys[0][1]) if keys else None

    @property
    def isrc(self) -> str | None:
        """Its ISRC, without hyphens."""
        found = [match[1] for each in self.identifiers if (match := ISRC.match(each))]
        return found[0].replace("-", "").upper() if found else None

    @property
    def music_brainz_id(self) -> str | None:
        """The recording's id at MusicBrainz."""
        found = [match[1] for each in self.identifiers if (match := MUSIC_BRAINZ.match(each))]
        return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPlaylist:
    """A whole file."""

    title: str = ""
    tracks: tuple[ListedTrack, ...] = ()


def our_uri(key: PlayableKey) -> str:
    """How files name what is ours."""
    return f"urn:tutti:{key}"


def one_line(text: object) -> str:
    """Text as one line of bounded length, without what XML cannot hold."""
    words = "".join(char if char.isprintable() else " " for char in str(text)).split()
    return " ".join(words)[:TEXT_CHARS_MAX].strip()


def checked_list(title: str, tracks: Iterable[ListedTrack]) -> ListedPlaylist:
    """A file's entries within their bounds; raises TooLarge."""
    kept = tuple(tracks)
    if len(kept) > ENTRIES_MAX:
        raise TooLarge(f"A file has {ENTRIES_MAX} entries at most.", field="text")
    return ListedPlaylist(title=one_line(title), tracks=kept)


def listed(
    *, title: object, creator: object, album: object, duration_ms: object, identifiers: object
) -> ListedTrack:
    """An entry of whatever a file holds; what is of another kind is left out."""
    uris = identifiers if isinstance(identifiers, (list, tuple)) else [identifiers]
    texts = [one_line(each) for each in uris if isinstance(each, str)]
    return ListedTrack(
        title=one_line(title or ""),
        creator=one_line(creator or ""),
        album=one_line(album or ""),
        duration_ms=_milliseconds(duration_ms),
        identifiers=tuple(dict.fromkeys(each for each in texts if each))[:IDENTIFIERS_MAX],
    )


def require_size(text: str) -> None:
    """Raise TooLarge for a file that is too long, BadInput for an empty one."""
    if len(text) > FILE_CHARS_MAX:
        raise TooLarge(f"text has {FILE_CHARS_MAX} characters at most.", field="text")
    if not text.strip():
        raise BadInput("The file is empty.", field="text")


def _milliseconds(value: object) -> int | None:
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 12:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= DURATION_MS_MAX else None
