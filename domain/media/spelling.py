"""Words that are spelled nearly alike.

Two words that differ by an edit (a letter too many, too few, another one, or two that changed
places) share a piece: what is left when a letter is taken out of each. So words are found by
pieces, by equality alone, and the true distance is counted for those few.

    metalica  → etalica mtalica … metalic    metallica → … metalica
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from domain.media.search_tokens import is_run_of_signs

PIECE_CHARS_MAX = 7
"""Only the beginning of a long word is taken to pieces."""
CHARS_MIN = 3
TWO_EDITS_FROM = 8
"""Letters from which a word may be misspelled twice."""
COMMON_FROM = 3
"""Entries from which on a word counts as common."""
BEGINNING_CHARS = 4
"""Letters by which the beginning of a word is recognised while it is typed."""


def edits_max(word: str) -> int:
    """How many edits a word may be away from the one that was meant."""
    if len(word) <= CHARS_MIN or is_run_of_signs(word) or any(char.isdigit() for char in word):
        return 0
    return 2 if len(word) >= TWO_EDITS_FROM else 1


def pieces_of(word: str, *, edits: int = 1) -> set[str]:
    """What is left of a word without some of its letters; of long words, of their beginning."""
    if len(word) < CHARS_MIN or is_run_of_signs(word):
        return set()
    return _without(word[:PIECE_CHARS_MAX], edits)


def pieces_of_beginning(word: str) -> set[str]:
    """What is left of a word's first letters; marked, so as not to meet whole words."""
    if len(word) < BEGINNING_CHARS or is_run_of_signs(word):
        return set()
    return {f"{piece}*" for piece in _without(word[:BEGINNING_CHARS], 1)}


def pieces_learned(word: str, before: int, now: int) -> set[str]:
    """The pieces that are new when a word was in `before` entries and is in `now`.

    Common words are found also when they are misspelled twice or half typed.
    """
    pieces = pieces_of(word) if before == 0 else set()
    if before < COMMON_FROM <= now:
        pieces |= pieces_of_beginning(word)
        if len(word) >= TWO_EDITS_FROM:
            pieces |= pieces_of(word, edits=2)
    return pieces


def distance(one: str, other: str, *, distance_max: int) -> int:
    """Edits between two words (Damerau-Levenshtein, each place changed once); counted up to
    `distance_max`, and one more stands for all beyond."""
    beyond = distance_max + 1
    if abs(len(one) - len(other)) > distance_max:
        return beyond
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, char in enumerate(one, start=1):
        before, last, row = row, before, [place]
        for column, its in enumerate(other, start=1):
            changed = before[column - 1] + (char != its)
            cost = min(before[column] + 1, row[column - 1] + 1, changed)
            if _swapped(one, other, place, column):
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
        if min(row) > distance_max:
            return beyond
    return min(row[-1], beyond)


def distance_to_beginning(typed: str, word: str, *, distance_max: int) -> int:
    """Edits between what was typed and the nearest beginning of a word."""
    lengths = range(len(typed) - distance_max, len(typed) + distance_max + 1)
    beginnings = {word[:length] for length in lengths if length > 0}
    return min(distance(typed, each, distance_max=distance_max) for each in beginnings)


def nearest(word: str, known: Iterable[tuple[str, int]]) -> str | None:
    """Of known words, with how often each occurs, the one that was most likely meant."""
    most = edits_max(word)
    if most == 0:
        return None
    ranked = [
        (distance(word, other, distance_max=most), other[0] != word[0], -count, other)
        for other, count in known
    ]
    best = min(ranked, default=None)
    return best[-1] if best is not None and 0 < best[0] <= most else None


def _swapped(one: str, other: str, place: int, column: int) -> bool:
    return (
        place > 1
        and column > 1
        and one[place - 1] == other[column - 2]
        and one[place - 2] == other[column - 1]
    )


def _without(text: str, letters: int) -> set[str]:
    found = {text}
    for count in range(1, letters + 1):
        found.update(_join(kept) for kept in combinations(text, len(text) - count))
    return found


def _join(chars: Sequence[str]) -> str:
    return "".join(chars)
