"""Smart playlists: their rules as one statement with parameters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from db.read import Query, Read, query
from db.tables.media.catalogue import PUBLIC, tracks
from db.tables.media.playback import plays
from db.types import EPOCH, Instant
from domain.ids import TrackId
from domain.media.playlists.smart_rules import (
    AllOf,
    AnyOf,
    ArtistIn,
    Between,
    Explicit,
    GenreIn,
    LanguageIn,
    NotOf,
    Rule,
    SmartRules,
    SmartSort,
    Within,
    days_of,
)

STATEMENTS_MAX = 256
"""Compiled statements kept: one for each set of rules that was asked for lately."""
TITLE_CHARS = 64
"""Of a title, as far as it counts for the order: cursors hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartHit:
    """A track that the rules hold for."""

    id: TrackId
    duration_ms: int
    place: int | str | datetime
    """By what it is put into order."""


class _OfText(ColumnElement[str]):
    """A text that both databases compare alike, byte by byte."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[Any], function: str) -> None:
        self.column = column
        self.function = function


@compiles(_OfText)
def _on_sqlite(element: _OfText, compiler: SQLCompiler, **kwargs: Any) -> str:
    column = compiler.process(element.column)
    return (
        f"lower({column})" if element.function == "lower" else f"substr({column}, 1, {TITLE_CHARS})"
    )


@compiles(_OfText, "postgresql")
def _on_postgres(element: _OfText, compiler: SQLCompiler, **kwargs: Any) -> str:
    column = compiler.process(element.column)
    if element.function == "lower":
        return f'lower({column} COLLATE "C")'
    return f'(substr({column}, 1, {TITLE_CHARS}) COLLATE "C")'


async def evaluate(read: Read, rules: SmartRules, *, user_id: str, now: datetime) -> list[SmartHit]:
    """What the rules hold for among what anyone may hear; plays are those of one account."""
    cutoffs = {f"cutoff_{days}": now - timedelta(days=days) for days in days_of(rules)}
    return await read.fetch(statement_of(rules), user_id=user_id, **cutoffs)


@lru_cache(maxsize=STATEMENTS_MAX)
def statement_of(rules: SmartRules) -> Query[SmartHit]:
    """The statement of a set of rules; only the viewer and the time are left open."""
    place = _place(rules.sort)
    order = [each.desc() if rules.is_descending else each for each in (place, tracks.c.id)]
    statement = (
        select(
            tracks.c.id,
            func.coalesce(tracks.c.duration_ms, 0).label("duration_ms"),
            place.label("place"),
        )
        .where(text(PUBLIC), tracks.c.deleted_at.is_(None), _condition(rules.rule))
        .order_by(*order)
        .limit(rules.limit)
    )
    return query(statement, SmartHit)


def _condition(rule: Rule) -> ColumnElement[bool]:
    """A rule as a condition that is true or false, never unknown."""
    match rule:
        case AllOf():
            return and_(true(), *map(_condition, rule.rules))
        case AnyOf():
            return or_(false(), *map(_condition, rule.rules))
        case NotOf():
            return not_(_condition(rule.rule))
        case GenreIn():
            genre = _OfText(tracks.c.genre, "lower")
            return _known(or_(*(genre == ascii_lower(each) for each in rule.values)))
        case LanguageIn():
            return _known(or_(*(tracks.c.language == each for each in rule.values)))
        case ArtistIn():
            return _known(or_(*(tracks.c.artist_id == each for each in rule.values)))
        case Explicit():
            return tracks.c.is_explicit.is_(rule.value)
        case Between():
            return _between(rule)
        case Within():
            return _known(_instant(rule.of) >= bindparam(f"cutoff_{rule.days}", type_=Instant))


def ascii_lower(text: str) -> str:
    """Small letters from A to Z, as both databases make them; others stay as they are."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def _known(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(condition, false(), type_=Boolean)


def _between(rule: Between) -> ColumnElement[bool]:
    numbers: dict[str, ColumnElement[Any]] = {
        "year": tracks.c.year,
        "duration_ms": tracks.c.duration_ms,
        "play_count": _of_plays(func.count(), Integer()),
    }
    number = numbers[rule.of]
    bounds = []
    if rule.least is not None:
        bounds.append(number >= rule.least)
    if rule.most is not None:
        bounds.append(number <= rule.most)
    return _known(and_(*bounds))


def _instant(of: str) -> ColumnElement[Any]:
    instants: dict[str, ColumnElement[Any]] = {
        "released": tracks.c.published_at,
        "added": tracks.c.created_at,
        "played": _of_plays(func.max(plays.c.played_at), Instant()),
    }
    return instants[of]


def _of_plays(figure: ColumnElement[Any], kind: Any) -> ColumnElement[Any]:
    """A figure of the viewer's counted plays of the track, private ones left out."""
    mine = (
        plays.c.user_id == bindparam("user_id", type_=Text),
        plays.c.playable == literal("Track:", Text).concat(tracks.c.id),
        plays.c.is_private.is_(False),
    )
    found = select(figure.label("figure")).where(*mine).correlate(tracks).scalar_subquery()
    return type_coerce(found, kind)


def _place(sort: SmartSort) -> ColumnElement[Any]:
    """By what tracks are put into order; what has none stands as if it were least."""
    match sort:
        case SmartSort.RELEASED:
            return tracks.c.published_at
        case SmartSort.ADDED:
            return tracks.c.created_at
        case SmartSort.TITLE:
            return _OfText(tracks.c.title, "begin")
        case SmartSort.YEAR:
            return func.coalesce(tracks.c.year, 0)
        case SmartSort.DURATION:
            return func.coalesce(tracks.c.duration_ms, 0)
        case SmartSort.PLAY_COUNT:
            return _of_plays(func.count(), Integer())
        case SmartSort.LAST_PLAYED:
            played = _of_plays(func.max(plays.c.played_at), Instant())
            return func.coalesce(played, literal(EPOCH, Instant), type_=Instant())
