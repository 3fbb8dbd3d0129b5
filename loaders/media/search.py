"""Full-text search over the catalogue: FTS5 on SQLite, tsvector on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator

from db.read import query
from db.tables.media.search import search_entries as entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found, and its place among what was found."""

    kind: str
    """Artist, Album or Track."""
    key: str
    rank: int
    """0: the title is the text asked for; 1: it begins with it; 2: the words occur."""
    number: int


class Words(TypeDecorator[Sequence[str]]):
    """Folded words as the text of a full-text query that wants each of them as a prefix.

        ["sigur", "ro"]  →  "sigur"* "ro"*        FTS5
                         →  'sigur':* & 'ro':*    tsquery

    Folded words hold letters and digits alone, so no text of a user is ever syntax.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> str:
        """To the database."""
        assert value, "a search has words"
        assert all(word.isalnum() for word in value), "words are folded first"
        if dialect.name == "postgresql":
            return " & ".join(f"'{word}':*" for word in value)
        return " ".join(f'"{word}"*' for word in value)


class has_words(ColumnElement[bool]):  # noqa: N801  (reads as an operator)
    """The entry holds each of the bound words, or a longer one that begins with it."""

    inherit_cache = False
    type = Boolean()
    _is_implicitly_boolean = True

    def __init__(self, name: str = "words") -> None:
        self.words = bindparam(name, type_=Words())


@compiles(has_words, "postgresql")
def _on_postgres(element: has_words, compiler: SQLCompiler, **kwargs: Any) -> str:
    words = compiler.process(element.words)
    vector = "array_to_tsvector(string_to_array(search_entries.words, ' '))"
    return f"{vector} @@ CAST(CAST({words} AS TEXT) AS tsquery)"


@compiles(has_words, "sqlite")
def _on_sqlite(element: has_words, compiler: SQLCompiler, **kwargs: Any) -> str:
    words = compiler.process(element.words)
    found = f"SELECT rowid FROM search_words WHERE search_words MATCH {words}"  # noqa: S608  (a bind)
    return f"search_entries.number IN ({found})"


WHOLE = bindparam("whole", type_=Text)
RANK = case(
    (entries.c.title_key == WHOLE, 0),
    (func.substr(entries.c.title_key, 1, func.length(WHOLE)) == WHOLE, 1),
    else_=2,
)
IS_SEEN = or_(
    entries.c.is_public,
    entries.c.owner_id == bindparam("owner_id", type_=Text),
    bindparam("sees_all", type_=Boolean).is_(True),
)
LAST_RANK = bindparam("rank", type_=Integer)
IS_FURTHER = or_(
    RANK > LAST_RANK,
    and_(RANK == LAST_RANK, entries.c.number < bindparam("number", type_=Integer)),
)

HITS = query(
    select(entries.c.kind, entries.c.key, RANK.label("rank"), entries.c.number)
    .where(has_words(), IS_SEEN, IS_FURTHER)
    .order_by(RANK, entries.c.number.desc())
    .limit(bindparam("limit", type_=Integer)),
    Hit,
)
"""The best first: by rank, then the newest. Each pass goes on after (rank, number)."""
