"""Names that the trade gives to recordings, works and releases, in the one form that we keep.

    ISRC  a recording      ISO 3901    GBAYE0601498        letters and digits, no check digit
    ISWC  a work           ISO 15707   T0345246801         nine digits and a check digit, mod 10
    UPC   a release        GTIN        602445790098        EAN-13 or UPC-A, check digit mod 10
    MBID  anything         MusicBrainz a UUID (RFC 9562)

A recording has one ISRC, yet may stand on several albums; a work has many recordings. A UPC names
one release, a MusicBrainz id of an artist or a release one of them: an owner has each of those
once.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from errors import BadIdentifier, BadInput

TEXT_CHARS_MAX: Final = 100
ISRC: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
ISWC: Final = re.compile(r"T([0-9]{9})([0-9])")
GTIN: Final = re.compile(r"([0-9]{11,12})([0-9])")
UUID_TEXT: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEPARATORS: Final = re.compile(r"[\s.\-\u2010-\u2015]")


class IdentifierKind(StrEnum):
    """Which names something can be found by."""

    ISRC = "isrc"
    ISWC = "iswc"
    UPC = "upc"
    MUSIC_BRAINZ_ID = "musicBrainzId"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A name in the form that we keep."""

    kind: IdentifierKind
    value: str


def checked_isrc(text: str, *, field: str = "isrc") -> str:
    """A recording's code without hyphens, in capitals (ISO 3901); raises BadIdentifier."""
    tidy = _tidy(text, prefix="ISRC", field=field)
    if ISRC.fullmatch(tidy) is None:
        raise BadIdentifier(
            "An ISRC has two letters, three letters or digits, and seven digits, "
            "as in GB-AYE-06-01498.",
            field=field,
        )
    return tidy


def checked_iswc(text: str, *, field: str = "iswc") -> str:
    """A work's code without dots and hyphens (ISO 15707); raises BadIdentifier."""
    tidy = _tidy(text, prefix="ISWC", field=field)
    found = ISWC.fullmatch(tidy)
    if found is None:
        raise BadIdentifier(
            "An ISWC has a T, nine digits and a check digit, as in T-034.524.680-1.", field=field
        )
    _require_check_digit(found[2], iswc_check_digit(found[1]), field=field)
    return tidy


def checked_upc(text: str, *, field: str = "upc") -> str:
    """A release's bar code: 12 digits, or 13 where the first is no zero; raises BadIdentifier."""
    tidy = _tidy(text, prefix="UPC", field=field)
    found = GTIN.fullmatch(tidy)
    if found is None:
        raise BadIdentifier(
            "A UPC has 12 digits, an EAN 13; the last one is the check digit.", field=field
        )
    _require_check_digit(found[2], gtin_check_digit(found[1]), field=field)
    return tidy[1:] if len(tidy) == 13 and tidy[0] == "0" else tidy


def checked_music_brainz_id(text: str, *, field: str) -> str:
    """A MusicBrainz id in lower case; raises BadIdentifier."""
    tidy = text.strip().lower()
    if UUID_TEXT.fullmatch(tidy) is None or not UUID(tidy).int:
        raise BadIdentifier(
            "A MusicBrainz id is a UUID, as the last part of an address on musicbrainz.org: "
            "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d.",
            field=field,
        )
    return tidy


def checked_identifier(
    *,
    isrc: str | None = None,
    iswc: str | None = None,
    upc: str | None = None,
    music_brainz_id: str | None = None,
) -> Identifier:
    """The one name that was given.

    Raises:
        BadInput: none was given, or several.
        BadIdentifier: it is not of its form.
    """
    given = [
        (IdentifierKind.ISRC, isrc),
        (IdentifierKind.ISWC, iswc),
        (IdentifierKind.UPC, upc),
        (IdentifierKind.MUSIC_BRAINZ_ID, music_brainz_id),
    ]
    match [(kind, text) for kind, text in given if text is not None]:
        case [(IdentifierKind.ISRC, text)]:
            return Identifier(kind=IdentifierKind.ISRC, value=checked_isrc(text))
        case [(IdentifierKind.ISWC, text)]:
            return Identifier(kind=IdentifierKind.ISWC, value=checked_iswc(text))
        case [(IdentifierKind.UPC, text)]:
            return Identifier(kind=IdentifierKind.UPC, value=checked_upc(text))
        case [(kind, text)]:
            return Identifier(kind=kind, value=checked_music_brainz_id(text, field="musicBrainzId"))
    raise BadInput("Give one of isrc, iswc, upc and musicBrainzId.", field="identifier")


def iswc_check_digit(digits: str) -> str:
    """The last digit of an ISWC: each digit weighs as much as its place, and the T weighs one."""
    weighed = 1 + sum(place * int(digit) for place, digit in enumerate(digits, start=1))
    return str(-weighed % 10)


def gtin_check_digit(digits: str) -> str:
    """The last digit of a UPC or EAN: from the right, each second digit weighs three."""
    weighed = sum(
        int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))
    )
    return str(-weighed % 10)


def _tidy(text: str, *, prefix: str, field: str) -> str:
    """Without what people write around it: a name in front, blanks, dots and hyphens."""
    if len(text) > TEXT_CHARS_MAX:
        raise BadIdentifier(f"{field} has {TEXT_CHARS_MAX} characters at most.", field=field)
    bare = text.strip().upper().removeprefix(prefix).lstrip(" :")
    return SEPARATORS.sub("", bare)


def _require_check_digit(given: str, right: str, *, field: str) -> None:
    if given != right:
        raise BadIdentifier(
            f"{field} ends with {given}, but its check digit is {right}: look for a digit that "
            "was mistyped.",
            field=field,
        )
