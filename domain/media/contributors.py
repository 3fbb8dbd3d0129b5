"""Who took part in a recording or release, and as what (DDEX: Contributor, ContributorRole)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.ids import ArtistId
from domain.text import checked_text
from errors import BadIdentifier, TooLarge

CONTRIBUTORS_MAX: Final = 200
NAME_CHARS_MAX: Final = 200
INSTRUMENT_CHARS_MAX: Final = 60
SEPARATORS: Final = re.compile(r"[\s.\-]")
IPI: Final = re.compile(r"([0-9]{9})([0-9]{2})")
ISNI: Final = re.compile(r"([0-9]{15})([0-9X])")


class ContributorRole(StrEnum):
    """What somebody did; the names are DDEX's, the most used of them."""

    MAIN_ARTIST = "MAIN_ARTIST"
    FEATURED_ARTIST = "FEATURED_ARTIST"
    REMIXER = "REMIXER"
    COMPOSER = "COMPOSER"
    LYRICIST = "LYRICIST"
    COMPOSER_LYRICIST = "COMPOSER_LYRICIST"
    ARRANGER = "ARRANGER"
    MUSIC_PUBLISHER = "MUSIC_PUBLISHER"
    PRODUCER = "PRODUCER"
    MIXER = "MIXER"
    MASTERING_ENGINEER = "MASTERING_ENGINEER"
    RECORDING_ENGINEER = "RECORDING_ENGINEER"
    CONDUCTOR = "CONDUCTOR"
    ENSEMBLE = "ENSEMBLE"
    VOCALIST = "VOCALIST"
    INSTRUMENTALIST = "INSTRUMENTALIST"
    DIRECTOR = "DIRECTOR"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributor:
    """One credit, in its place among those of one thing."""

    subject: str
    """What it is a credit of: `Track:<id>`, `Album:<id>` or `Video:<id>`."""
    place: int
    """From 0, in the order in which they are shown."""
    role: ContributorRole
    name: str
    artist_id: ArtistId | None
    """The artist here whom the name means."""
    instrument: str | None
    ipi: str | None
    """IPI name number, eleven digits."""
    isni: str | None
    """ISO 27729, sixteen characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a client says of somebody."""

    role: ContributorRole
    name: str
    artist_id: ArtistId | None = None
    instrument: str | None = None
    ipi: str | None = None
    isni: str | None = None


def contributors_of(subject: str, given: Sequence[Credit]) -> list[Contributor]:
    """Credits as they are kept, each once.

    Raises:
        TooLarge: there are more than one thing may have.
        BadInput, BadIdentifier: a text or number is not of its form.
    """
    if len(given) > CONTRIBUTORS_MAX:
        raise TooLarge(f"At most {CONTRIBUTORS_MAX} credits.", field="credits")
    kept = dict.fromkeys(_checked(credit) for credit in given)
    return [
        Contributor(
            subject=subject,
            place=place,
            role=credit.role,
            name=credit.name,
            artist_id=credit.artist_id,
            instrument=credit.instrument,
            ipi=credit.ipi,
            isni=credit.isni,
        )
        for place, credit in enumerate(kept)
    ]


def checked_ipi(text: str) -> str:
    """An IPI name number, with the zeros in front that people leave out.

    The check is the last two digits: 101 less the sum of the first nine, weighed 10 to 2, modulo
    101, and of that the last two digits.

    Raises:
        BadIdentifier: it is none.
    """
    found = IPI.fullmatch(SEPARATORS.sub("", text.strip())[:20].rjust(11, "0"))
    if found is None:
        raise BadIdentifier("An IPI name number has eleven digits, as in 00045620792.", field="ipi")
    right = ipi_check_digits(found[1])
    if found[2] != right:
        raise BadIdentifier(
            f"The IPI ends with {found[2]}, but its check digits are {right}: look for a digit "
            "that was mistyped.",
            field="ipi",
        )
    return found[0]


def ipi_check_digits(digits: str) -> str:
    """The last two digits of an IPI name number, from its first nine."""
    weighed = sum(int(digit) * (10 - place) for place, digit in enumerate(digits))
    return f"{(101 - weighed % 101) % 100:02d}"


def checked_isni(text: str) -> str:
    """An ISNI without blanks (ISO 27729, check character of ISO 7064 MOD 11-2).

    Raises:
        BadIdentifier: it is none.
    """
    tidy = SEPARATORS.sub("", text.strip().upper())[:20]
    found = ISNI.fullmatch(tidy)
    if found is None:
        raise BadIdentifier(
            "An ISNI has sixteen digits, the last of which may be an X, as in 0000 0001 2103 2683.",
            field="isni",
        )
    right = isni_check_character(found[1])
    if found[2] != right:
        raise BadIdentifier(
            f"The ISNI ends with {found[2]}, but its check character is {right}: look for a digit "
            "that was mistyped.",
            field="isni",
        )
    return tidy


def isni_check_character(digits: str) -> str:
    """The last character of an ISNI (ISO 7064 MOD 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)


def _checked(credit: Credit) -> Credit:
    return Credit(
        role=credit.role,
        name=checked_text(credit.name, field="name", chars_min=1, chars_max=NAME_CHARS_MAX),
        artist_id=credit.artist_id,
        instrument=_instrument(credit.instrument),
        ipi=None if credit.ipi is None else checked_ipi(credit.ipi),
        isni=None if credit.isni is None else checked_isni(credit.isni),
    )


def _instrument(text: str | None) -> str | None:
    if text is None:
        return None
    chars_max = INSTRUMENT_CHARS_MAX
    return checked_text(text, field="instrument", chars_max=chars_max).casefold() or None
