"""Mends texts that a tag calls Latin-1 though they were written in the charset of a country.

ID3 knows no other charset of one byte, so taggers of old wrote whatever the machine spoke. All
such texts of a file are judged together, since one program wrote them.
"""

import re
from collections.abc import Iterable
from typing import Final

SHIFT_JIS: Final = "cp932"
CYRILLIC: Final = "cp1251"
WESTERN: Final = "cp1252"
"""Latin-1 with quotes and dashes in place of controls."""

JAPANESE_LEADS: Final = re.compile(rb"[\x81-\x9f]")
"""Begin kana and most kanji; no letter of Latin-1, and hardly one of Cyrillic, lies here."""
JAPANESE: Final = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
JAPANESE_BESIDE: Final = re.compile(
    r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef\u2010-\u26ff×÷±§¶°´¨]"
)
CYRILLIC_BYTES: Final = re.compile(
    rb"^[\x00-\x7f\x85\x91-\x94\x96\x97\xa0\xa8\xab\xb8\xb9\xbb\xc0-\xff]*$"
)
CYRILLIC_WORD: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]{3}")
HIGH: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]")
ASCII_LETTERS: Final = re.compile(rb"[A-Za-z]")
CYRILLIC_LETTERS_MIN: Final = 4
CHARS_MAX: Final = 4_000
"""So much of a text is enough to tell."""


def charset_of(texts: Iterable[str]) -> str | None:
    """The charset that texts read as Latin-1 were really written in; None for plain ASCII."""
    raw = b"\n".join(text[:CHARS_MAX].encode("latin-1", "ignore") for text in texts)
    if raw.isascii():
        return None
    if _decodes(raw, "utf-8"):
        return "utf-8"
    if _is_japanese(raw):
        return SHIFT_JIS
    if _is_cyrillic(raw):
        return CYRILLIC
    return WESTERN


def mend(text: str, charset: str | None) -> str:
    """A text that was read as Latin-1, read as it was written; as it is where that fails."""
    if charset is None:
        return text
    try:
        return text.encode("latin-1").decode(charset)
    except UnicodeError:
        return text


def _is_japanese(raw: bytes) -> bool:
    """Whether all that is not ASCII would be Japanese, and some of it is."""
    if not JAPANESE_LEADS.search(raw) or not _decodes(raw, SHIFT_JIS):
        return False
    others = [char for char in raw.decode(SHIFT_JIS) if not char.isascii()]
    return all(map(JAPANESE_BESIDE.match, others)) and any(map(JAPANESE.match, others))


def _is_cyrillic(raw: bytes) -> bool:
    """Whether most letters would be Cyrillic, in words: accents stand alone among letters."""
    high = len(HIGH.findall(raw))
    is_most = high >= CYRILLIC_LETTERS_MIN and high > len(ASCII_LETTERS.findall(raw))
    return is_most and bool(CYRILLIC_BYTES.match(raw) and CYRILLIC_WORD.search(raw))


def _decodes(raw: bytes, charset: str) -> bool:
    try:
        raw.decode(charset)
    except UnicodeDecodeError:
        return False
    return True
