"""The words that search knows, and how often each occurs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WORD_FIELDS = frozenset("tabr")
"""Where words stand in lexemes; the first word of a title stands among the title's, too."""


class WordOccurrences(NamedTuple):
    """In how many of some entries a word occurs."""

    word: str
    entries: int
    titles: int
    """In their titles."""
    firsts: int
    """At the beginning of their titles."""


def count_words(entries: Iterable[Sequence[str]]) -> list[WordOccurrences]:
    """Each word of these entries' lexemes once, in the order of text.

    The order is the same everywhere, so that two who write words wait for each other in turn.
    """
    anywhere: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for lexemes in entries:
        placed = [(lexeme[0], lexeme[2:]) for lexeme in lexemes]
        anywhere.update({word for field, word in placed if field in WORD_FIELDS})
        titles.update(word for field, word in placed if field == "t")
        firsts.update(word for field, word in placed if field == "f")
    return [
        WordOccurrences(word, anywhere[word], titles[word], firsts[word])
        for word in sorted(anywhere)
    ]
