"""What a channel and a video may say of themselves."""

import re
from typing import Final

from domain.text import checked_text
from errors import BadInput

DESCRIPTION_CHARS_MAX: Final = 5_000
NAME_CHARS_MAX: Final = 100
TAGS_MAX: Final = 30
TAG_CHARS_MAX: Final = 50
CHANNELS_MAX: Final = 20
"""Of one account."""
HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,28})[a-z0-9]")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?")
"""Language, script and region of BCP 47; nothing else of it is of use to a listener."""
SCRIPT_CHARS: Final = 4


def checked_name(text: str) -> str:
    """A channel's name; raises BadInput."""
    return checked_text(text, field="name", chars_min=1, chars_max=NAME_CHARS_MAX)


def checked_handle(text: str) -> str:
    """What names a channel in addresses: `@Anna.Music` → `anna.music`.

    Raises:
        BadInput: it is too short or too long, or holds something else than letters and digits.
    """
    handle = text.strip().removeprefix("@").lower()
    if HANDLE.fullmatch(handle) is None:
        raise BadInput(
            "A handle has 3 to 30 letters from a to z, digits, dots, dashes and underscores, and "
            "begins and ends with a letter or digit.",
            field="handle",
        )
    return handle


def checked_description(text: str) -> str:
    """A text of allowed length, or none; raises BadInput."""
    return checked_text(text, field="description", chars_max=DESCRIPTION_CHARS_MAX)


def checked_language(tag: str) -> str | None:
    """A language as RFC 5646, 2.1.1 writes it (`PT-br` → `pt-BR`); None for an empty text.

    Raises:
        BadInput: it is no language tag.
    """
    if not tag.strip():
        return None
    if LANGUAGE.fullmatch(tag.strip()) is None:
        raise BadInput("A language is a tag such as en, pt-BR or zh-Hant.", field="language")
    language, *rest = tag.strip().split("-")
    return "-".join([language.lower(), *map(_cased, rest)])


def _cased(part: str) -> str:
    return part.title() if len(part) == SCRIPT_CHARS else part.upper()
