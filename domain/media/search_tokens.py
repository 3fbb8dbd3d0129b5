"""Text as search takes it apart: folded words, and pairs of signs where scripts write no spaces.

"Sigur Rós – ( )"  →  sigur ros
"東京の夜"          →  東京 京の の夜 夜
"ﾓﾀﾞﾝ・ﾗﾌﾞ 2"       →  もだ だん ん らぶ ぶ 2
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from domain.media.search_text import SPELLED_OUT, WORD_CHARS_MAX

TOKENS_MAX = 100
"""Of one text; what stands behind them is not found."""
QUERY_TOKENS_MAX = 12
KATAKANA, HIRAGANA_BELOW = range(0x30A1, 0x30F7), 0x60
"""Both kinds of kana spell the same sounds."""
DRAWN_OUT = str.maketrans({**SPELLED_OUT, ord("ـ"): None})
"""Arabic words may be stretched by a line, which is no letter."""

SCRIPTS_WITHOUT_SPACES = (
    range(0x3005, 0x3008),
    range(0x3041, 0x30FB),
    range(0x30FC, 0x3130),
    range(0x31A0, 0x31C0),
    range(0x31F0, 0x3200),
    range(0x3400, 0x4DC0),
    range(0x4E00, 0xA000),
    range(0xAC00, 0xD7A4),
    range(0xF900, 0xFB00),
    range(0x20000, 0x323B0),
)
"""Chinese, Japanese and Korean signs. Korean has spaces, but appends to its words."""


def index_tokens(text: str) -> list[str]:
    """What a text is found by, each once: the last sign of a run stands alone, too, so that
    every single sign begins one of the tokens."""
    return _bounded((token for run in _runs(text) for token in _split(run)), TOKENS_MAX)


def query_tokens(text: str) -> list[str]:
    """What to look for, each once; nonsense yields none."""
    found = (token for run in _runs(text) for token in _split(run, ends_alone=False))
    return _bounded(found, QUERY_TOKENS_MAX)


def search_key(text: str) -> str:
    """A text in the form in which titles are compared as a whole."""
    return " ".join(_runs(text))[: 5 * WORD_CHARS_MAX]


def is_run_of_signs(token: str) -> bool:
    """Whether a token is of a script without spaces, where spelling is not mended."""
    return bool(token) and _is_sign(token[0])


def _runs(text: str) -> list[str]:
    """Folded words; a change to a script without spaces begins a new one."""
    folded: list[str] = []
    was_sign = False
    for char in unicodedata.normalize("NFKC", text):
        is_sign = _is_sign(char)
        if is_sign != was_sign:
            folded.append(" ")
        folded.append(_fold_sign(char) if is_sign else _fold(char))
        was_sign = is_sign
    return "".join(folded).split()


def _split(run: str, *, ends_alone: bool = True) -> Iterator[str]:
    if not _is_sign(run[0]):
        yield run[:WORD_CHARS_MAX]
        return
    for first, second in pairwise(run):
        yield first + second
    if ends_alone or len(run) == 1:
        yield run[-1]


def _fold(char: str) -> str:
    """One char in lower case and without accents; what is no letter parts words."""
    decomposed = unicodedata.normalize("NFKD", char.casefold()).casefold().translate(DRAWN_OUT)
    return "".join(
        each if each.isalnum() else "" if _stands_within(each) else " " for each in decomposed
    )


def _fold_sign(char: str) -> str:
    return chr(ord(char) - HIRAGANA_BELOW) if ord(char) in KATAKANA else char


def _stands_within(char: str) -> bool:
    """Apostrophes, accents and vowel signs stand within words: `Don't` → `dont`."""
    return char in "'’ʼ`´" or unicodedata.category(char).startswith("M")


def _is_sign(char: str) -> bool:
    code = ord(char)
    return code > 0x3000 and any(code in each for each in SCRIPTS_WITHOUT_SPACES) and char.isalnum()


def _bounded(tokens: Iterable[str], tokens_max: int) -> list[str]:
    """The first of them, each once."""
    return list(dict.fromkeys(tokens))[:tokens_max]
