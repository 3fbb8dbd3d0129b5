"""Reads what a file says of itself, however messily it says it."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import mutagen
from mutagen import flac
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3, Encoding
from mutagen.mp4 import MP4Tags

from adapters.transcode.mislabelled import charset_of, mend
from domain.media.recordings import Tags

TEXT_MAX = 300
VALUES_MAX = 20
FRAMES_MAX = 100
"""Frames of a kind, and values of one, that are looked at; more is no music."""
RAW_MAX = 10_000
"""Characters of a value that are looked at."""
COVER_BYTES_MAX = 20 * 1024 * 1024
NUMBER_MAX = 9_999
FRONT_COVER = 3
ISRC = re.compile(r"^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$")
LEADING_NUMBER = re.compile(r"^\s*0*([0-9]{1,6})")
YEAR = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\ufeff]+")

ID3_NAMES = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "albumartist": "TPE2",
    "tracknumber": "TRCK",
    "discnumber": "TPOS",
    "genre": "TCON",
    "isrc": "TSRC",
    "date": "TDRC",
}
MP4_NAMES = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "albumartist": "aART",
    "tracknumber": "trkn",
    "discnumber": "disk",
    "genre": "\xa9gen",
    "isrc": "----:com.apple.iTunes:ISRC",
    "date": "\xa9day",
}
OTHER_NAMES = {
    "albumartist": ("album artist", "album_artist"),
    "tracknumber": ("track",),
    "discnumber": ("disc",),
    "date": ("year", "originaldate"),
}

Values = Callable[[str], list[str]]


def read_tags(path: Path) -> Tags:
    """Read the tags of a file; unreadable ones are as good as none."""
    try:
        file = mutagen.File(path)
    except (mutagen.MutagenError, ValueError, KeyError, IndexError, OSError):
        file = None  # unreadable tags are no reason to refuse a readable recording
    values = _reader(file.tags if file is not None else None)
    cover = _cover(file)
    artists = _many(values("artist"))
    return Tags(
        title=_clean(" / ".join(_many(values("title"), separators="\x00"))) or None,
        artist=_clean(", ".join(artists)) or None,
        artists=artists,
        album=_first(values("album")),
        album_artist=_first(values("albumartist")),
        track_number=_number(values("tracknumber")),
        disc_number=_number(values("discnumber")),
        year=_year(values("date")),
        genres=_many(values("genre"), separators=r"[;/\x00]"),
        isrc=_isrc(values("isrc")),
        cover=cover[0] if cover else None,
        cover_mime=cover[1] if cover else None,
    )


def _reader(tags: Any) -> Values:  # Any: each container has a tag class of its own
    """One way to ask for a field, whatever the container calls it."""
    if isinstance(tags, ID3):
        charset = charset_of(text for frame in _latin_frames(tags) for text in _raw_texts(frame))
        return lambda name: _id3_values(tags, name, charset)
    if isinstance(tags, MP4Tags):
        return lambda name: _texts(tags.get(MP4_NAMES[name]))
    if tags is None:
        return lambda _name: []
    return lambda name: _comment_values(tags, name)


def _id3_values(tags: ID3, name: str, charset: str | None) -> list[str]:
    """All values of all frames of a kind, those called Latin-1 in their true charset."""
    found: list[str] = []
    for frame in tags.getall(ID3_NAMES[name])[:FRAMES_MAX]:
        texts = frame.genres if name == "genre" else _raw_texts(frame)
        is_latin = getattr(frame, "encoding", None) == Encoding.LATIN1
        found += [mend(text, charset) if is_latin else text for text in texts[:FRAMES_MAX]]
    return found


def _latin_frames(tags: ID3) -> list[Any]:
    """The text frames that say they are in Latin-1."""
    frames = [frame for name in ID3_NAMES.values() for frame in tags.getall(name)[:FRAMES_MAX]]
    return [each for each in frames if getattr(each, "encoding", None) == Encoding.LATIN1]


def _raw_texts(frame: Any) -> list[str]:
    return [str(text) for text in list(getattr(frame, "text", ()))[:FRAMES_MAX]]


def _comment_values(tags: Any, name: str) -> list[str]:
    """Vorbis comments, APEv2 and ASF: names in any case, some with old spellings."""
    for spelling in (name, *OTHER_NAMES.get(name, ())):
        try:
            found = _texts(tags.get(spelling))
        except (KeyError, ValueError, TypeError):
            continue
        if found:
            return found
    return []


def _texts(value: Any) -> list[str]:
    """Whatever a tag holds, as texts: one or many, bytes, or (number, total) pairs."""
    if value is None:
        return []
    if isinstance(value, bytes):
        return [value.decode("utf-8", "replace")]
    if isinstance(value, tuple):
        return [str(value[0])] if value and value[0] else []
    if isinstance(value, list):
        return [text for each in value[:VALUES_MAX] for text in _texts(each)]
    return str(value).split("\x00")


def _clean(text: str) -> str:
    """One line of text without controls, lone surrogates or space around it."""
    sound = text[:RAW_MAX].encode("utf-8", "replace").decode("utf-8")
    return " ".join(CONTROLS.sub(" ", sound).split())[:TEXT_MAX].rstrip()


def _first(values: Iterable[str]) -> str | None:
    return next((text for value in values if (text := _clean(value))), None)


def _many(values: Sequence[str], *, separators: str = r"[;\x00]") -> tuple[str, ...]:
    """Each value once, in order; lists squeezed into one value are taken apart."""
    split = (re.split(separators, value[:RAW_MAX]) for value in values[:FRAMES_MAX])
    parts = (_clean(part) for value in split for part in value)
    return tuple(dict.fromkeys(part for part in parts if part))[:VALUES_MAX]


def _number(values: Iterable[str]) -> int | None:
    """The number in `3`, `03` or `3/12`; zero and nonsense mean none."""
    for value in values:
        match = LEADING_NUMBER.match(value)
        if match and 0 < int(match[1]) <= NUMBER_MAX:
            return int(match[1])
    return None


def _year(values: Iterable[str]) -> int | None:
    matches = (YEAR.search(value) for value in values)
    return next((int(match[1]) for match in matches if match), None)


def _isrc(values: Iterable[str]) -> str | None:
    tidy = (re.sub(r"[\s-]", "", value).upper() for value in values)
    return next((code for code in tidy if ISRC.match(code)), None)


def _cover(file: Any) -> tuple[bytes, str] | None:
    """The front cover, else the first picture, if it is not absurdly large."""
    pictures = [] if file is None else _pictures(file)
    pictures.sort(key=lambda found: found[0] != FRONT_COVER)
    for _kind, data, mime in pictures:
        if 0 < len(data) <= COVER_BYTES_MAX:
            return bytes(data), mime
    return None


def _pictures(file: Any) -> list[tuple[int, bytes, str]]:
    tags = file.tags
    if isinstance(tags, ID3):
        return [(f.type, f.data, f.mime) for f in tags.getall("APIC")]
    if isinstance(tags, MP4Tags):
        return [(FRONT_COVER, bytes(c), _mp4_mime(c)) for c in tags.get("covr") or ()]
    if isinstance(file, FLAC):
        return [(p.type, p.data, p.mime) for p in file.pictures]
    return _comment_pictures(tags)


def _mp4_mime(cover: Any) -> str:
    return "image/png" if bytes(cover[:4]) == b"\x89PNG" else "image/jpeg"


def _comment_pictures(tags: Any) -> list[tuple[int, bytes, str]]:
    """Pictures that Ogg files carry as base64 in a comment."""
    found: list[tuple[int, bytes, str]] = []
    try:
        blocks = [] if tags is None else tags.get("metadata_block_picture") or []
    except (KeyError, ValueError, TypeError):
        return found
    for block in list(blocks)[:VALUES_MAX]:
        try:
            picture = Picture(base64.b64decode(block))
        except (binascii.Error, flac.error, TypeError, ValueError):
            continue
        found.append((picture.type, picture.data, picture.mime))
    return found
