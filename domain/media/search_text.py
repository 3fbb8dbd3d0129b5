"""Text as we compare and search it: without case, accents and punctuation."""

import unicodedata

from domain.ids import TrackId

KEY_CHARS_MAX = 200
WORD_CHARS_MAX = 40
WORDS_MAX = 12
SPELLED_OUT = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe"})


def text_key(text: str) -> str:
    """The words of a text, folded, in order: `Sigur Rós – ( )` → `sigur ros`.

    A text without letters and digits is its own key, so that two of them stay apart.
    """
    words = " ".join(fold_words(text))
    return (words or text.strip().casefold())[:KEY_CHARS_MAX]


def album_key(title: str | None, track_id: TrackId) -> str:
    """What names an album among its artist's; a single without a title is one of its own."""
    return f"single:{track_id}" if title is None else text_key(title)


def fold_words(text: str) -> list[str]:
    """All words, in lower case and without accents; nothing but letters and digits is left."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(SPELLED_OUT)
    kept = (char for char in decomposed if not unicodedata.combining(char))
    spaced = "".join(char if char.isalnum() else "" if _joins(char) else " " for char in kept)
    return [word[:WORD_CHARS_MAX] for word in spaced.split()]


def query_words(text: str) -> list[str]:
    """The words to look for, each once, at most `WORDS_MAX`; nonsense yields none."""
    return list(dict.fromkeys(fold_words(text)))[:WORDS_MAX]


def _joins(char: str) -> bool:
    """Apostrophes and vowel signs stand within words: `Don't` → `dont`."""
    return char in "'’ʼ`´" or unicodedata.category(char).startswith("M")
