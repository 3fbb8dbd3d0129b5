"""What counts as a play, as completed and as worth resuming: data for each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.ids import PlayableKind

END_TOLERANCE_MS: Final = 2_000
"""Players stop a little before the last sample; so near to the end is the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayRule:
    """The numbers of one kind."""

    counted_ms: int = 30_000
    """Heard for so long, or for half of it, it was played."""
    plays_a_day_max: int = 20
    """Plays of one listener that count on one day (UTC) for the same thing."""
    completed_percent: int = 95
    """From here on it is completed, …"""
    completed_rest_ms: int = 30_000
    """… or when no more than this is left of it."""
    continued_from_ms: int = 0
    """Shorter things are not offered to be continued."""


RULES: Final[Mapping[PlayableKind, PlayRule]] = {
    PlayableKind.TRACK: PlayRule(continued_from_ms=10 * 60_000),
}
"""By kind; one that is not named goes by the defaults."""
USUAL: Final = PlayRule()


def rule_of(kind: PlayableKind) -> PlayRule:
    """The numbers of a kind."""
    return RULES.get(kind, USUAL)


def play_counts(kind: PlayableKind, listened_ms: int, duration_ms: int | None) -> bool:
    """A play counts after its rule's time or half of it, whichever is less."""
    needed = rule_of(kind).counted_ms
    half = needed if duration_ms is None else -(-duration_ms // 2)
    return listened_ms >= min(needed, half)


def is_completed(kind: PlayableKind, position_ms: int, duration_ms: int | None) -> bool:
    """Whether what is left of it is not worth coming back for.

    The last 30 s alone would complete a short thing at its start: it must be half over, too.
    """
    if duration_ms is None or duration_ms <= 0:
        return False
    rule = rule_of(kind)
    is_nearly_over = position_ms * 100 >= duration_ms * rule.completed_percent
    has_little_left = duration_ms - position_ms <= rule.completed_rest_ms
    return is_nearly_over or (has_little_left and position_ms * 2 >= duration_ms)


def is_at_end(position_ms: int, duration_ms: int | None) -> bool:
    """Whether it was played to its end, as far as a player can tell."""
    return duration_ms is not None and position_ms >= duration_ms - END_TOLERANCE_MS


def is_continued(kind: PlayableKind, position_ms: int, duration_ms: int | None) -> bool:
    """Whether it is offered to be continued: begun, long enough, and not completed."""
    return (
        position_ms > 0
        and duration_ms is not None
        and duration_ms >= rule_of(kind).continued_from_ms
        and not is_completed(kind, position_ms, duration_ms)
    )
