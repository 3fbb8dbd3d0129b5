"""What search knows of a thing, and in which words it is kept.

A thing is indexed by its lexemes: each word behind a letter that says where it stands, and
marks for what can be filtered by. The same lexemes go into FTS5 and into a tsvector.

    f:first word of the title   t:title   a:artist   b:album   r:the rest
    k:kind  g:genre  d:decade  l:language  m:minutes  x:explicit  p:public  o:owner
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.ids import UserId
from domain.media.records import Album, Artist, Track
from domain.media.search_text import text_key
from domain.media.search_tokens import index_tokens, search_key
from domain.media.videos import Channel, Video

MINUTES_MAX = 60
"""Longer things share one mark."""
LANGUAGE_CHARS_MAX = 3
YEAR_DIGITS = 4


class SearchKind(StrEnum):
    """What can be found; the value is the name of its GraphQL type."""

    ARTIST = "Artist"
    ALBUM = "Album"
    TRACK = "Track"
    CHANNEL = "Channel"
    VIDEO = "Video"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchEntry:
    """One thing that can be found. A new kind makes one of these where its row is written."""

    kind: SearchKind
    key: str
    title: str
    owner_id: UserId
    is_public: bool
    is_deleted: bool = False
    artist: str = ""
    album: str = ""
    rest: str = ""
    """Tags and the like: found last."""
    genre: str | None = None
    year: int | None = None
    language: str | None = None
    """BCP 47; only the language itself counts."""
    is_explicit: bool = False
    duration_ms: int | None = None

    @property
    def title_key(self) -> str:
        """The title as titles are compared as a whole."""
        return search_key(self.title)

    @property
    def genre_key(self) -> str | None:
        """The genre as genres are compared."""
        return None if not self.genre else text_key(self.genre)

    @property
    def language_key(self) -> str | None:
        """The language without region and script."""
        return None if not self.language else language_key(self.language)

    @property
    def lexemes(self) -> list[str]:
        """What it is found and filtered by."""
        title = index_tokens(self.title)
        fields = (("f", title[:1]), ("t", title), ("a", self.artist), ("b", self.album))
        words = [
            f"{letter}:{word}"
            for letter, text in (*fields, ("r", f"{self.rest} {self.genre or ''}"))
            for word in (index_tokens(text) if isinstance(text, str) else text)
        ]
        return [*words, *self._marks()]

    def _marks(self) -> list[str]:
        seen = "p:1" if self.is_public else owner_mark(self.owner_id)
        marks = [kind_mark(self.kind), seen, f"x:{int(self.is_explicit)}"]
        if self.genre_key:
            marks.append(genre_mark(self.genre_key))
        if self.year is not None:
            marks.append(decade_mark(self.year // 10))
        if self.language_key:
            marks.append(f"l:{self.language_key}")
        if self.duration_ms is not None:
            marks.append(minute_mark(self.duration_ms))
        return marks


def artist_entry(artist: Artist) -> SearchEntry:
    """What search knows of an artist."""
    return SearchEntry(
        kind=SearchKind.ARTIST,
        key=artist.id,
        title=artist.name,
        owner_id=artist.owner_id,
        is_public=artist.is_public,
        is_deleted=artist.deleted_at is not None,
    )


def album_entry(album: Album, names: Sequence[str]) -> SearchEntry:
    """What search knows of an album; `names` begin with its artist's."""
    return SearchEntry(
        kind=SearchKind.ALBUM,
        key=album.id,
        title=album.title,
        artist=names[0] if names else "",
        owner_id=album.owner_id,
        is_public=album.is_public,
        is_deleted=album.deleted_at is not None,
        is_explicit=album.is_explicit,
        year=_year_of(album.release_date),
    )


def track_entry(track: Track, names: Sequence[str]) -> SearchEntry:
    """What search knows of a track; `names` are its artist's and its album's."""
    return SearchEntry(
        kind=SearchKind.TRACK,
        key=track.id,
        title=track.title,
        artist=names[0] if names else "",
        album=names[1] if len(names) > 1 else "",
        rest=" ".join((*track.tags, track.version_title or "")),
        owner_id=track.owner_id,
        is_public=track.is_public,
        is_deleted=track.deleted_at is not None,
        genre=track.genre,
        year=track.year,
        language=track.language,
        is_explicit=track.is_explicit,
        duration_ms=track.duration_ms,
    )


def channel_entry(channel: Channel) -> SearchEntry:
    """What search knows of a channel; its handle is found like an artist's name."""
    return SearchEntry(
        kind=SearchKind.CHANNEL,
        key=channel.id,
        title=channel.name,
        artist=channel.handle,
        rest=channel.description,
        owner_id=channel.owner_id,
        is_public=True,
    )


def video_entry(video: Video, channel_name: str) -> SearchEntry:
    """What search knows of a video; its channel is found like an artist."""
    return SearchEntry(
        kind=SearchKind.VIDEO,
        key=video.id,
        title=video.title,
        artist=channel_name,
        rest=" ".join((*video.tags, video.description)),
        owner_id=video.owner_id,
        is_public=video.is_public,
        is_deleted=video.deleted_at is not None,
        year=None if video.published_at is None else video.published_at.year,
        language=video.language,
        is_explicit=video.is_explicit,
        duration_ms=video.duration_ms,
    )


def language_key(language: str) -> str:
    """A language without region and script: `pt-BR` → `pt`."""
    return _letters(language.partition("-")[0])[:LANGUAGE_CHARS_MAX]


def kind_mark(kind: str) -> str:
    """How things of a kind are marked."""
    return f"k:{kind.lower()}"


def genre_mark(genre_key: str) -> str:
    """How things of a genre are marked."""
    return f"g:{_letters(genre_key)}"


def decade_mark(decade: int) -> str:
    """How things of a decade are marked: 199 for the nineties."""
    return f"d:{decade}"


def minute_mark(duration_ms: int) -> str:
    """How things are marked that last so many whole minutes."""
    return f"m:{min(duration_ms // 60_000, MINUTES_MAX)}"


def owner_mark(owner_id: str) -> str:
    """How drafts of an owner are marked; two owners may share it, so rows are asked, too."""
    return f"o:{_letters(owner_id)}"


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _year_of(release_date: str | None) -> int | None:
    year = (release_date or "")[:YEAR_DIGITS]
    return int(year) if len(year) == YEAR_DIGITS and year.isdigit() else None
