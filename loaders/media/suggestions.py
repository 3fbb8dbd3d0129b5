"""What may be meant by the beginning of a text: titles and words, the most played first.

    "lov"  → the first 150 numbers whose title begins with "lov"      ix_search_entries_begin_3
           + the first 40 titles from "lov" on, in the order of text  ix_search_entries_title_key
           + the 20 most common words that begin so                   ix_search_words_begin_3

Each is a range of an index, in its order, and bounded; so a beginning costs as little among a
million titles as among a hundred.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, func, null, select, text, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.sql import FromClause

from db.read import Query
from db.tables.media.search import SHOWN, search_entries, search_words
from loaders.media.vocabulary import LAST_CHAR

BEGINNINGS = (1, 2, 3, 5)
"""So many letters of titles have an index of their own."""
WORD_BEGINNINGS = (1, 2, 3)
POPULAR_MAX = 150
ALPHABETIC_MAX = 40
WORDS_MAX = 20
PREFIX = bindparam("prefix", type_=Text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A title or a word that begins so."""

    text: str
    kind: str | None
    """None for a word."""
    key: str | None
    number: int
    """The place of a title; of a word, in how many entries it occurs."""


def _titles(some: FromClause, rows_max: int) -> Select[Any]:
    begins = func.substr(some.c.title_key, 1, func.length(PREFIX)) == PREFIX
    return (
        select(some.c.title.label("text"), some.c.kind, some.c.key, some.c.number)
        .where(begins)
        .order_by(some.c.number)
        .limit(rows_max)
    )


def _popular(chars: int) -> Select[Any]:
    """Of the most played titles with these first letters, those that begin so."""
    some = (
        select(search_entries)
        .where(text(SHOWN), _first(chars, search_entries.c.title_key) == _first(chars, PREFIX))
        .order_by(search_entries.c.number)
        .limit(POPULAR_MAX)
    )
    return _titles(some.subquery(), POPULAR_MAX)


def _alphabetic() -> Select[Any]:
    """Titles from the beginning on: all of them, where few begin so."""
    key = search_entries.c.title_key
    some = (
        select(search_entries)
        .where(text(SHOWN), key >= PREFIX, key < PREFIX.concat(LAST_CHAR))
        .order_by(key)
        .limit(ALPHABETIC_MAX)
    )
    return _titles(some.subquery(), ALPHABETIC_MAX)


def _words(chars: int | None) -> Select[Any]:
    """The most common words with these first letters; where there are more letters, of all."""
    word, count = search_words.c.word, search_words.c.entries
    begins: ColumnElement[bool]
    if chars is None:
        begins = (word >= PREFIX) & (word < PREFIX.concat(LAST_CHAR))
    else:
        begins = _first(chars, word) == PREFIX
    return (
        select(
            word.label("text"),
            as_type(null(), Text).label("kind"),
            as_type(null(), Text).label("key"),
            count.label("number"),
        )
        .where(begins)
        .order_by(count.desc())
        .limit(WORDS_MAX)
    )


def _first(chars: int, key: ColumnElement[str]) -> ColumnElement[str]:
    """The first letters, spelled as in the indexes."""
    return func.substr(key, text("1"), text(str(chars)))


def _beginnings_of(chars: int) -> Query[Beginning]:
    """The statement for a prefix of so many letters, from one on."""
    indexed = max(each for each in BEGINNINGS if each <= chars)
    words = _words(chars if chars in WORD_BEGINNINGS else None)
    parts = (_popular(indexed), _alphabetic(), words)
    return Query(
        select(union_all(*(select(each.subquery()) for each in parts)).subquery()), Beginning
    )


LONGEST = max(*BEGINNINGS, *WORD_BEGINNINGS)
BY_CHARS = {chars: _beginnings_of(chars) for chars in range(1, LONGEST + 1)}


def beginnings(prefix: str) -> Query[Beginning]:
    """The statement whose indexes fit this prefix best."""
    return BY_CHARS[min(len(prefix), LONGEST)]
