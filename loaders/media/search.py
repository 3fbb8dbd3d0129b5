"""Full-text search over the index: FTS5 on SQLite, a tsvector under a GIN index on PostgreSQL.

What is found comes tier by tier, each in the order of its numbers; no tier is looked into
before those above it are used up.

    tier 0 ─┐ by title_key
    tier 1 ─┤ f:… t:…            SQLite: the index gives numbers in their order.
    …       ├─ UNION ALL, LIMIT   PostgreSQL: rare words by the GIN index, then sorted;
    tier 5 ─┘ [tabr]:…                       common ones by walking the numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Select,
    Text,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from db.read import Query, key_in
from db.tables.media.search import search_entries as entries
from domain.media.search_places import NUMBER_MAX
from domain.media.search_query import TIERS, AnyOf, LexemeQuery, SearchFilters
from domain.viewer import Sight
from loaders.pages import LIMIT

NOT_YET = -1
"""Before every number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found, and its place among what was found."""

    kind: str
    """The name of its GraphQL type."""
    key: str
    tier: int
    """How well it fits (`domain/media/search_query.py`)."""
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of a kind, genre and decade were found."""

    kind: str
    genre_key: str | None
    decade: int | None
    count: int


class LexemeText(TypeDecorator[LexemeQuery]):
    """A query of lexemes as the text of a full-text query.

        [t:sigur*] [t:ro* a:ro*]  →  ("t:sigur"*) AND ("t:ro"* OR "a:ro"*)     FTS5
                                  →  ('t:sigur':*) & ('t:ro':* | 'a:ro':*)     tsquery

    Lexemes hold letters, digits and a colon, so no text of a user is ever syntax.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: LexemeQuery | None, dialect: Dialect) -> str:
        """To the database."""
        assert value is not None, "a search has words"
        if dialect.name == "postgresql":
            wanted = " & ".join(map(_tsquery_group, value.groups))
            without = " & ".join(map(_tsquery_group, value.without))
            return f"({wanted}) & !({without})" if without else wanted
        wanted = " AND ".join(map(_fts_group, value.groups))
        without = " AND ".join(map(_fts_group, value.without))
        return f"({wanted}) NOT ({without})" if without else wanted


def _tsquery_group(group: AnyOf) -> str:
    return f"({' | '.join(_lexeme(each, quote=chr(39), prefix=':*') for each in group)})"


def _fts_group(group: AnyOf) -> str:
    return f"({' OR '.join(_lexeme(each, quote=chr(34), prefix='*') for each in group)})"


def _lexeme(lexeme: str, *, quote: str, prefix: str) -> str:
    bare = lexeme.removesuffix("*")
    field, _, word = bare.partition(":")
    assert f"{field}{word}".isalnum(), lexeme
    return f"{quote}{bare}{quote}{prefix if lexeme.endswith('*') else ''}"


LEXEMES = table("search_lexemes", column("rowid"), column("search_lexemes"))
"""The FTS5 table; its number is the entry's."""

GENERATION = bindparam("generation", type_=Integer)
WHOLE = bindparam("whole", type_=Text)
Arm = Callable[[int], Select[Any]]


def _allows(
    name: str, allowed: ColumnElement[bool], type_: type[Any] = Text
) -> ColumnElement[bool]:
    return or_(bindparam(name, type_=type_).is_(None), allowed)


IS_ALLOWED = (
    entries.c.since <= GENERATION,
    entries.c.until + literal(0, Integer) > GENERATION,
    or_(
        entries.c.is_public,
        entries.c.owner_id == bindparam("owner_id", type_=Text),
        bindparam("sees_all", type_=Boolean).is_(True),
    ),
    key_in(entries.c.kind.concat(literal("")), "kinds"),
    _allows("genre", entries.c.genre_key == bindparam("genre", type_=Text)),
    _allows("language", entries.c.language_key == bindparam("language", type_=Text)),
    _allows("explicit", entries.c.is_explicit == bindparam("explicit", type_=Boolean), Boolean),
    *(
        _allows(name, bound(bindparam(name, type_=Integer)), Integer)
        for name, bound in (
            ("year_min", entries.c.year.__ge__),
            ("year_max", entries.c.year.__le__),
            ("duration_ms_min", entries.c.duration_ms.__ge__),
            ("duration_ms_max", entries.c.duration_ms.__le__),
        )
    ),
)
"""Entries of the walk's generation that the viewer may see and the filters let through.

Nothing is added to `until` and `kind` so that they are not asked of an index: most are alike.
"""


def _after(tier: int) -> ColumnElement[int]:
    return bindparam(f"after_{tier}", type_=BigInteger)


def _columns(tier: int) -> tuple[ColumnElement[Any], ...]:
    return entries.c.kind, entries.c.key, literal(tier, Integer).label("tier"), entries.c.number


def _exact(tier: int) -> Select[Any]:
    return (
        select(*_columns(tier))
        .where(entries.c.title_key == WHOLE, entries.c.number > _after(tier), *IS_ALLOWED)
        .order_by(entries.c.number)
        .limit(LIMIT)
    )


def _not_exact(tier: int) -> tuple[ColumnElement[bool], ...]:
    return (entries.c.title_key != WHOLE,) if tier == 1 else ()


def _on_sqlite(tier: int, *columns: ColumnElement[Any]) -> Select[Any]:
    """FTS5 gives the numbers in their order, and stops when enough were taken."""
    wanted = bindparam(f"query_{tier}", type_=LexemeText)
    return (
        select(*(columns or _columns(tier)))
        .select_from(LEXEMES.outerjoin(entries, entries.c.number == LEXEMES.c.rowid))
        .where(
            _after(tier) < NUMBER_MAX,
            LEXEMES.c.search_lexemes.op("MATCH", is_comparison=True)(wanted),
            LEXEMES.c.rowid > _after(tier),
            *_not_exact(tier),
            *IS_ALLOWED,
        )
        .order_by(LEXEMES.c.rowid)
        .limit(LIMIT)
    )


def _on_postgres(tier: int, *columns: ColumnElement[Any], is_common: bool) -> Select[Any]:
    """Rare words are found by the index and sorted; common ones on a walk over the numbers."""
    text = as_type(bindparam(f"query_{tier}", type_=LexemeText), Text)
    holds = entries.c.words.op("@@", is_comparison=True)(as_type(text, TSQUERY))
    common = bindparam(f"common_{tier}", type_=Boolean)
    number = entries.c.number if is_common else entries.c.number + literal(0, BigInteger)
    return (
        select(*(columns or _columns(tier)))
        .where(
            common.is_(is_common),
            _after(tier) < NUMBER_MAX,
            holds.is_(True) if is_common else holds,
            number > _after(tier),
            *_not_exact(tier),
            *IS_ALLOWED,
        )
        .order_by(number)
        .limit(LIMIT)
    )


def _in_turn(arms: Sequence[Select[Any]]) -> CompoundSelect[Any]:
    """What the arms find, one after the other, until there is enough."""
    return union_all(*(select(arm.subquery()) for arm in arms)).limit(LIMIT)


def _postgres_arms(tiers: Sequence[int], *columns: ColumnElement[Any]) -> list[Select[Any]]:
    return [
        _on_postgres(tier, *columns, is_common=is_common)
        for tier in tiers
        for is_common in (False, True)
    ]


WORDY = range(1, TIERS)
HITS: Query[Hit] = Query(
    cast("Select[Any]", _in_turn([_exact(0), *_postgres_arms(WORDY)])),
    Hit,
    cast("Select[Any]", _in_turn([_exact(0), *map(_on_sqlite, WORDY)])),
)
"""The best first: by tier, then by number. Each pass goes on behind a number of a tier."""

ANYWHERE = TIERS
"""The parameters of what counts all tiers at once."""
FOUND = (entries.c.kind, entries.c.genre_key, (entries.c.year // 10).label("decade"))


def _counted(some: FromClause) -> Select[Any]:
    groups = (some.c.kind, some.c.genre_key, some.c.decade)
    return select(*groups, func.count().label("count")).group_by(*groups)


COUNTS = Query(
    _counted(_in_turn(_postgres_arms([ANYWHERE], *FOUND)).subquery()),
    Counted,
    _counted(_on_sqlite(ANYWHERE, *FOUND).subquery()),
)
"""How the best `limit` of what was found are spread; at most one row for each of them."""


def filter_parameters(
    filters: SearchFilters, sight: Sight, kinds: Sequence[str]
) -> Mapping[str, Any]:
    """The parameters that both statements have."""
    return {
        **sight._asdict(),
        "kinds": kinds if filters.kinds is None else filters.kinds,
        "genre": filters.genre_key,
        "language": filters.language_key,
        "explicit": filters.is_explicit,
        "year_min": filters.year_min,
        "year_max": filters.year_max,
        "duration_ms_min": filters.duration_ms_min,
        "duration_ms_max": filters.duration_ms_max,
    }
