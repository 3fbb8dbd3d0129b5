"""What is asked of search, as conditions on lexemes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from domain.media.search_entries import (
    MINUTES_MAX,
    SearchKind,
    decade_mark,
    genre_mark,
    kind_mark,
    language_key,
    minute_mark,
    owner_mark,
)
from domain.media.search_text import text_key
from domain.viewer import Sight
from errors import BadInput

YEARS: Final = range(1000, 3000)
DURATION_MS_MAX: Final = 7 * 24 * 60 * 60 * 1000
TEXT_CHARS_MAX: Final = 100
DECADES_MAX: Final = 30
"""A wider range of years is asked of the rows alone."""

TIERS: Final = 6
"""0: called exactly so; 1: the title begins so; 2: all words stand in the title; 3: in title or
artist; 4: in title, artist or album; 5: anywhere."""
FIELDS_OF_TIER: Final = {1: "t", 2: "t", 3: "ta", 4: "tab", 5: "tabr"}

AnyOf = tuple[str, ...]
"""Lexemes of which one must occur; one that ends with `*` stands for all that begin so."""


@dataclass(frozen=True, slots=True)
class LexemeQuery:
    """Entries that hold one lexeme of each group, and not the same for `without`."""

    groups: tuple[AnyOf, ...]
    without: tuple[AnyOf, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilters:
    """What found things must be; None does not ask. Ranges include both ends."""

    kinds: tuple[SearchKind, ...] | None = None
    genre: str | None = None
    year_min: int | None = None
    year_max: int | None = None
    language: str | None = None
    is_explicit: bool | None = None
    duration_ms_min: int | None = None
    duration_ms_max: int | None = None

    def checked(self) -> "SearchFilters":
        """The same, if it makes sense.

        Raises:
            BadInput: an empty list or text, or a range that is upside down or out of bounds.
        """
        if self.kinds is not None and not self.kinds:
            raise BadInput("Name at least one kind, or leave kinds out.", field="kinds")
        for field, text in (("genre", self.genre), ("language", self.language)):
            if text is not None and not 0 < len(text.strip()) <= TEXT_CHARS_MAX:
                raise BadInput(f"{field} has 1 to {TEXT_CHARS_MAX} characters.", field=field)
        _check_range("year", self.year_min, self.year_max, YEARS)
        _check_range(
            "durationMs", self.duration_ms_min, self.duration_ms_max, range(DURATION_MS_MAX)
        )
        return self

    @property
    def genre_key(self) -> str | None:
        """The genre as it stands in entries."""
        return None if self.genre is None else text_key(self.genre)

    @property
    def language_key(self) -> str | None:
        """The language as it stands in entries."""
        return None if self.language is None else language_key(self.language)

    def marks(self) -> list[AnyOf]:
        """The marks that everything allowed has; rows are asked for the exact bounds."""
        groups: list[AnyOf] = []
        if self.kinds is not None:
            groups.append(tuple(kind_mark(kind) for kind in self.kinds))
        if self.genre_key is not None:
            groups.append((genre_mark(self.genre_key),))
        if self.language_key is not None:
            groups.append((f"l:{self.language_key}",))
        if self.is_explicit is not None:
            groups.append((f"x:{int(self.is_explicit)}",))
        return [*groups, *self._decades(), *self._minutes()]

    def _decades(self) -> list[AnyOf]:
        if self.year_min is None and self.year_max is None:
            return []
        first = (YEARS.start if self.year_min is None else self.year_min) // 10
        last = (YEARS.stop - 1 if self.year_max is None else self.year_max) // 10
        if last - first >= DECADES_MAX:
            return [("d:*",)]
        return [tuple(decade_mark(decade) for decade in range(first, last + 1))]

    def _minutes(self) -> list[AnyOf]:
        if self.duration_ms_min is None and self.duration_ms_max is None:
            return []
        first = min((self.duration_ms_min or 0) // 60_000, MINUTES_MAX)
        last = min((self.duration_ms_max or DURATION_MS_MAX) // 60_000, MINUTES_MAX)
        return [tuple(minute_mark(minute * 60_000) for minute in range(first, last + 1))]


NO_FILTERS = SearchFilters()


def tier_query(
    tier: int, words: Sequence[str], filters: SearchFilters, sight: Sight
) -> LexemeQuery:
    """What stands in this tier and in none before it; words as `terms` has them."""
    before = () if tier == 1 else tuple(_words_in(tier - 1, words))
    return LexemeQuery((*_words_in(tier, words), *_seen_marks(filters, sight)), before)


def any_tier_query(words: Sequence[str], filters: SearchFilters, sight: Sight) -> LexemeQuery:
    """What stands in any tier."""
    return LexemeQuery((*_words_in(TIERS - 1, words), *_seen_marks(filters, sight)))


def _words_in(tier: int, words: Sequence[str]) -> list[AnyOf]:
    fields = FIELDS_OF_TIER[tier]
    groups = [tuple(f"{field}:{word}" for field in fields) for word in words]
    if tier == 1:
        groups[0] = (f"f:{words[0]}",)
    return groups


def terms(words: Sequence[str], common: Collection[str]) -> list[str]:
    """How words are looked for: as beginnings (`ro*`), but common ones before the last one as
    they stand. Whoever typed on has finished them, and all that begins with a common word is
    much to gather."""
    *before, last = words
    return [*(word if word in common else f"{word}*" for word in before), f"{last}*"]


def _seen_marks(filters: SearchFilters, sight: Sight) -> list[AnyOf]:
    groups = filters.marks()
    if not sight.sees_all:
        own = (owner_mark(sight.owner_id),) if sight.owner_id else ()
        groups.append(("p:1", *own))
    return groups


def _check_range(field: str, low: int | None, high: int | None, allowed: range) -> None:
    for name, value in ((f"{field}Min", low), (f"{field}Max", high)):
        if value is not None and value not in allowed:
            raise BadInput(
                f"{name} is from {allowed.start} to {allowed.stop - 1}, not {value}.", field=name
            )
    if low is not None and high is not None and low > high:
        raise BadInput(f"{field}Min is above {field}Max.", field=f"{field}Min")
