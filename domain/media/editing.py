"""What may be said of an artist, album or track, and what a change makes of it.

A change names the fields that it is about; what is left out stays. The value None takes a text,
number or identifier away where it may be missing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from domain.media.identifiers import (
    checked_isrc,
    checked_iswc,
    checked_music_brainz_id,
    checked_upc,
)
from domain.media.labels import checked_tags
from domain.media.records import Album, Artist, Track
from domain.media.rules import checked_number, checked_title
from domain.media.search_text import text_key
from domain.media.territories import Territories, checked_territories
from domain.text import checked_text
from errors import BadInput, Conflict

BIO_CHARS_MAX: Final = 5_000
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
RELEASE_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
SINGLE: Final = "single:"
"""How the title key of a track's own album begins; see `album_key`."""
DELETED: Final = "deleted:"
"""How the key of a deleted name begins, so that the name may be given again; no key of a text
has a colon within letters."""

Changes = Mapping[str, Any]
Check = Callable[[Any, str], Any]
RecordT = TypeVar("RecordT", Artist, Album, Track)


def optional(check: Check) -> Check:
    """The same check of what may be missing: None and empty text take it away."""

    def checked(value: Any, field: str) -> Any:
        is_empty = value is None or (isinstance(value, str) and not value.strip())
        return None if is_empty else check(value, field)

    return checked


def required(check: Check) -> Check:
    """The same check of what is always there."""

    def checked(value: Any, field: str) -> Any:
        if value is None:
            raise BadInput(f"{field} cannot be taken away; leave it out to keep it.", field=field)
        return check(value, field)

    return checked


def checked_release_date(text: str, field: str) -> str:
    """A year, month or day as it is printed on a release (ISO 8601); raises BadInput."""
    found = RELEASE_DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = found.groups()
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise BadInput(
            f"{field} is a year, month or day: 2026, 2026-01 or 2026-01-31.", field=field
        ) from None
    return text.strip()


def checked_language(text: str, field: str) -> str:
    """A language tag such as en, pt-BR or zh-Hant (BCP 47); raises BadInput."""
    tag = text.strip()
    tag = tag[:3].lower() + tag[3:] if "-" in tag else tag.lower()
    if LANGUAGE.fullmatch(tag) is None:
        raise BadInput(f"{field} is a language tag such as en, pt-BR or zh-Hant.", field=field)
    return tag


def _title(text: str, field: str) -> str:
    return checked_title(text, field=field)


def _number(number: int, field: str) -> int | None:
    return checked_number(number, field=field)


def _flag(value: bool, _field: str) -> bool:
    return value


def _bio(text: str, field: str) -> str:
    return checked_text(text, field=field, chars_max=BIO_CHARS_MAX)


def _music_brainz_id(text: str, field: str) -> str:
    return checked_music_brainz_id(text, field=field)


def _tags(tags: Sequence[str], _field: str) -> list[str]:
    return checked_tags(tags)


def _territories(territories: Territories | None, field: str) -> str:
    return checked_territories(territories, field=field)


ARTIST_FIELDS: Final[Mapping[str, Check]] = {
    "name": required(_title),
    "bio": required(_bio),
    "music_brainz_id": optional(_music_brainz_id),
}
ALBUM_FIELDS: Final[Mapping[str, Check]] = {
    "title": required(_title),
    "release_date": optional(checked_release_date),
    "upc": optional(lambda text, field: checked_upc(text, field=field)),
    "music_brainz_id": optional(_music_brainz_id),
    "is_explicit": required(_flag),
    "territories": _territories,
}
TRACK_FIELDS: Final[Mapping[str, Check]] = {
    "title": required(_title),
    "version_title": optional(_title),
    "track_number": optional(_number),
    "disc_number": optional(_number),
    "year": optional(_number),
    "genre": optional(_title),
    "language": optional(checked_language),
    "tags": required(_tags),
    "is_explicit": required(_flag),
    "territories": _territories,
    "isrc": optional(lambda text, field: checked_isrc(text, field=field)),
    "iswc": optional(lambda text, field: checked_iswc(text, field=field)),
    "music_brainz_recording_id": optional(_music_brainz_id),
    "music_brainz_work_id": optional(_music_brainz_id),
}
"""What an editor may say, and how it is checked; the names are those of the records' fields."""


def edit_artist(artist: Artist, changes: Changes) -> Artist:
    """The artist as the changes have it; raises BadInput, BadIdentifier."""
    edited = replace(artist, **_checked(changes, ARTIST_FIELDS))
    return replace(edited, name_key=text_key(edited.name))


def edit_album(album: Album, changes: Changes) -> Album:
    """The album as the changes have it; raises BadInput, BadIdentifier."""
    edited = replace(album, **_checked(changes, ALBUM_FIELDS))
    if edited.title == album.title or album.title_key.startswith(SINGLE):
        return edited
    return replace(edited, title_key=text_key(edited.title))


def edit_track(track: Track, changes: Changes) -> Track:
    """The track as the changes have it; raises BadInput, BadIdentifier."""
    return replace(track, **_checked(changes, TRACK_FIELDS))


def require_version(record: RecordT, version: int | None) -> None:
    """Refuse a change of what has moved on since; without a version any will do.

    Raises:
        Conflict: the record has another version.
    """
    if version is not None and record.version != version:
        raise Conflict(
            f"It has moved on to version {record.version}, and you saw {version}: read it again, "
            "and say what you change with the new version.",
            field="version",
        )


def delete_artist(artist: Artist, *, now: datetime) -> Artist:
    """The artist as a tombstone; twice is once."""
    if artist.deleted_at is not None:
        return artist
    return replace(artist, deleted_at=now, released_at=None, name_key=f"{DELETED}{artist.id}")


def delete_album(album: Album, *, now: datetime) -> Album:
    """The album as a tombstone; twice is once."""
    if album.deleted_at is not None:
        return album
    return replace(
        album,
        deleted_at=now,
        withdrawn_at=now,
        release_at=None,
        title_key=f"{DELETED}{album.id}",
    )


def delete_track(track: Track, *, now: datetime) -> Track:
    """The track as a tombstone, published no more; twice is once."""
    if track.deleted_at is not None:
        return track
    return replace(track, deleted_at=now, published_at=None, release_at=None)


def _checked(changes: Changes, fields: Mapping[str, Check]) -> dict[str, Any]:
    """Each change by its rule; raises BadInput."""
    return {name: fields[name](value, _camel(name)) for name, value in changes.items()}


def _camel(name: str) -> str:
    """A field as clients write it: `disc_number` → `discNumber`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
