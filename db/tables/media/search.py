"""The tables that search reads: what there is to find, and the words it is found by."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from db.tables.media.base import metadata
from db.tables.platform import SEQUENCE

FOLDED = Text().with_variant(Text(collation="C"), "postgresql")
"""Folded text, which both databases order by code point."""

UNCOUNTED = "NOT is_counted"
"""Entries whose words the vocabulary has not learned."""
PAST = "until < 2147483647"
"""Entries of generations that are over."""
SHOWN = "is_public AND until = 2147483647"
"""What anyone may be given while they type; spelled the same in indexes and reads."""


class Lexemes(TypeDecorator[Sequence[str]]):
    """Lexemes of letters, digits and colons: a tsvector on PostgreSQL, else spaced text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TSVECTOR())
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str | None:
        """To the database."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return " ".join(f"'{lexeme}'" for lexeme in value)
        return " ".join(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        """From the database."""
        return None if value is None else value.replace("'", "").split()


search_entries = Table(
    "search_entries",
    metadata,
    Column("number", SEQUENCE, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("until", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("title_key", FOLDED, nullable=False),
    Column("words", Lexemes, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("is_public", Boolean, nullable=False),
    Column("genre_key", Text),
    Column("year", Integer),
    Column("language_key", Text),
    Column("is_explicit", Boolean, nullable=False),
    Column("duration_ms", Integer),
    Column("is_counted", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("key", "kind", "until"),
    Index("ix_search_entries_title_key", "title_key", "number"),
    Index(
        "ix_search_entries_uncounted",
        "number",
        sqlite_where=text(UNCOUNTED),
        postgresql_where=text(UNCOUNTED),
    ),
    Index("ix_search_entries_past", "until", sqlite_where=text(PAST), postgresql_where=text(PAST)),
)
"""What search finds: one row for each thing, written with it, whose number is its place
(`domain/media/search_places.py`).

The migrations make more indexes: over `words` an FTS5 table, `search_lexemes` (SQLite), or a GIN
index (PostgreSQL); and over the first one, two, three and five letters of `title_key` and
`number`, for what is shown while somebody types.
"""

search_words = Table(
    "search_words",
    metadata,
    Column("word", FOLDED, primary_key=True),
    Column("entries", Integer, nullable=False),
    Column("titles", Integer, nullable=False),
    Column("firsts", Integer, nullable=False),
)
"""The vocabulary, learned in batches: in how many entries a word occurs, in how many titles, and
how many titles begin with it. Numbers for estimates: what is deleted is not taken off.

The migrations make indexes over its first one to three letters and `entries`.
"""

search_pieces = Table(
    "search_pieces",
    metadata,
    Column("piece", FOLDED, primary_key=True),
    Column("word", FOLDED, primary_key=True),
    sqlite_with_rowid=False,
)
"""What is left of words without one or two letters (`domain/media/spelling.py`): words that share
a piece are spelled alike."""

search_generations = Table(
    "search_generations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("entries", BigInteger, nullable=False),
)
"""One row, `search`: which generation is read now, and how many entries were counted."""
