"""Reads of the words that search knows: how common they are, and which are spelled alike."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.sql import FromClause

from db.read import key_in, query
from db.tables.media.search import search_generations, search_pieces, search_words
from loaders.pages import LIMIT, from_keys

CHARS_COUNTED_FROM = 3
"""Shorter words begin so many others that they are common without being counted."""
LAST_CHAR = "\U0010ffff"
"""Sorts behind every letter that may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordCount:
    """How common the words are that begin so, and what is known of the index as a whole."""

    word: str
    firsts: int
    """Titles that begin with one of them; 0 also for words too short to be counted."""
    titles: int
    entries: int
    whole: int
    """Entries that hold the word itself."""
    generation: int
    """The one that is read now."""
    indexed: int
    """How many entries were counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWord:
    """A word and in how many entries it occurs."""

    word: str
    entries: int


def _of_index(name: str) -> Any:
    only = select(search_generations.c[name]).where(search_generations.c.name == "search")
    return func.coalesce(only.scalar_subquery(), 0).label("indexed" if name == "entries" else name)


def _counts(keys: FromClause) -> Select[Any]:
    word = search_words.c.word
    begins = (word >= keys.c.value) & (word < keys.c.value.concat(LAST_CHAR))
    is_counted = func.length(keys.c.value) >= CHARS_COUNTED_FROM
    whole = case((word == keys.c.value, search_words.c.entries), else_=0)
    sums = (search_words.c[name] for name in ("firsts", "titles", "entries"))
    return (
        select(
            keys.c.value.label("word"),
            *(func.coalesce(func.sum(each), 0).label(each.name) for each in sums),
            func.coalesce(func.sum(whole), 0).label("whole"),
            _of_index("generation"),
            _of_index("entries"),
        )
        .select_from(keys.outerjoin(search_words, begins & is_counted))
        .group_by(keys.c.value)
    )


WORD_COUNTS = from_keys(_counts, WordCount)
"""For each of `keys` how common the words are that begin so."""

WORDS_ALIKE = query(
    select(search_words.c.word, search_words.c.entries)
    .where(
        search_words.c.word.in_(
            select(search_pieces.c.word).where(key_in(search_pieces.c.piece)).distinct()
        )
    )
    .order_by(search_words.c.entries.desc(), search_words.c.word)
    .limit(LIMIT),
    KnownWord,
)
"""Words that have a piece among `keys`, the most common first."""
