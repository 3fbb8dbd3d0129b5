"""The rules of smart playlists: a small tree of conditions, a sort and a limit.

all ─┬─ genre: [jazz]
     ├─ any ─┬─ year: 1955–1965
     │       └─ playedWithinDays: 30
     └─ not ─── explicit
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from errors import BadInput, TooLarge

DEPTH_MAX = 5
RULES_MAX = 50
VALUES_MAX = 50
VALUE_CHARS_MAX = 100
NUMBER_MAX = 2**31 - 1
DAYS_MAX = 36_500
LIMIT_MAX = 500


class SmartSort(StrEnum):
    """By what a smart playlist is put into order."""

    RELEASED = "RELEASED"
    ADDED = "ADDED"
    TITLE = "TITLE"
    YEAR = "YEAR"
    DURATION = "DURATION"
    PLAY_COUNT = "PLAY_COUNT"
    LAST_PLAYED = "LAST_PLAYED"


class AllOf(msgspec.Struct, frozen=True, tag="all"):
    """Each of them holds; so it does where there is none."""

    rules: tuple["Rule", ...]


class AnyOf(msgspec.Struct, frozen=True, tag="any"):
    """At least one of them holds."""

    rules: tuple["Rule", ...]


class NotOf(msgspec.Struct, frozen=True, tag="not"):
    """It does not hold."""

    rule: "Rule"


class GenreIn(msgspec.Struct, frozen=True, tag="genre"):
    """The genre is one of these; letters from A to Z may be large or small."""

    values: tuple[str, ...]


class LanguageIn(msgspec.Struct, frozen=True, tag="language"):
    """It is sung in one of these (BCP 47)."""

    values: tuple[str, ...]


class ArtistIn(msgspec.Struct, frozen=True, tag="artist"):
    """It is by one of these."""

    values: tuple[str, ...]


class Explicit(msgspec.Struct, frozen=True, tag="explicit"):
    """Whether it is marked as explicit."""

    value: bool


class Between(msgspec.Struct, frozen=True, tag="between"):
    """A number within these bounds, both included; what has no year has none within any."""

    of: str
    """year, duration_ms, or play_count: how often the viewer has played it."""
    least: int | None = None
    most: int | None = None


class Within(msgspec.Struct, frozen=True, tag="within"):
    """It happened no longer ago than so many days."""

    of: str
    """released, added, or played: when the viewer played it last."""
    days: int


Rule = AllOf | AnyOf | NotOf | GenreIn | LanguageIn | ArtistIn | Explicit | Between | Within


class SmartRules(msgspec.Struct, frozen=True):
    """What a smart playlist holds, in which order, and how many at most."""

    rule: Rule
    sort: SmartSort = SmartSort.RELEASED
    is_descending: bool = True
    limit: int = 100


def checked_rules(rules: SmartRules) -> SmartRules:
    """Rules within their bounds.

    Raises:
        BadInput: a number, a text or a list is out of bounds.
        TooLarge: there are too many rules, or they are nested too deep.
    """
    if not 1 <= rules.limit <= LIMIT_MAX:
        raise BadInput(f"limit is from 1 to {LIMIT_MAX}.", field="limit")
    found = list(all_rules(rules.rule))
    if len(found) > RULES_MAX or max(depth for _, depth in found) > DEPTH_MAX:
        raise TooLarge(
            f"There are {RULES_MAX} rules at most, {DEPTH_MAX} deep at most.", field="rule"
        )
    for rule, _ in found:
        _check(rule)
    return rules


def all_rules(rule: Rule, depth: int = 1) -> Iterator[tuple[Rule, int]]:
    """The rule and all within it, with how deep each stands; stops where it is too deep."""
    yield rule, depth
    within: tuple[Rule, ...] = ()
    if isinstance(rule, (AllOf, AnyOf)):
        within = rule.rules
    elif isinstance(rule, NotOf):
        within = (rule.rule,)
    if depth <= DEPTH_MAX:
        for each in within:
            yield from all_rules(each, depth + 1)


def days_of(rules: SmartRules) -> set[int]:
    """Over how many days its rules look back."""
    return {rule.days for rule, _ in all_rules(rules.rule) if isinstance(rule, Within)}


def rule_values(rules: SmartRules) -> dict[str, Any]:
    """Rules as they are kept."""
    values: dict[str, Any] = msgspec.to_builtins(rules)
    return values


def rules_of(values: dict[str, Any]) -> SmartRules:
    """The rules that were kept."""
    return msgspec.convert(values, SmartRules)


def _check(rule: Rule) -> None:
    match rule:
        case GenreIn() | LanguageIn() | ArtistIn():
            fit = [1 <= len(each) <= VALUE_CHARS_MAX and "\x00" not in each for each in rule.values]
            if not 1 <= len(fit) <= VALUES_MAX or not all(fit):
                raise BadInput(
                    f"A rule names from 1 to {VALUES_MAX} values, each of {VALUE_CHARS_MAX} "
                    "characters at most.",
                    field="rule",
                )
        case Between():
            given = [each for each in (rule.least, rule.most) if each is not None]
            if not given or not all(0 <= each <= NUMBER_MAX for each in given):
                raise BadInput("A range has one bound at least, from 0 on.", field="rule")
        case Within() if not 1 <= rule.days <= DAYS_MAX:
            raise BadInput(f"A rule looks back over 1 to {DAYS_MAX} days.", field="rule")
