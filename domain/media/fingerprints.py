"""Whether two recordings sound the same, told from their acoustic fingerprints (Chromaprint).

A fingerprint is a row of 32-bit items, about eight for each second; recordings that sound alike
have items that differ in few bits, once they are laid over each other rightly:

    one      … a b c d e f g h …
    other          c d e'f g h i      e' differs from e in a bit or two

Measured on real recordings (tests/integration/media/test_fingerprints.py): re-encoded, cut or
shifted copies are alike by 0.89 and more, other recordings by less than 0.5.
"""

import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ITEM_BITS = 32
ITEMS_MAX = 5_000
"""Ten minutes: what follows is not compared."""
ITEMS_MIN = 40
"""Five seconds: of less nobody can say that it is the same."""
WORD_SHIFT = 8
"""The lowest bits of an item are those that change first, so words leave them out."""
SAMPLE = 2
"""One word of so many is looked up by; which ones is a matter of the word, not of its place."""
WORDS_MAX = 3_000
SHARED_WORDS_MIN = 3
"""Fewer words in common are chance."""
CANDIDATES_MAX = 20
ALIGNMENTS_MAX = 5
SIMILARITY_MIN = 0.75
"""From here on recordings count as possible duplicates: at most one bit in eight differs."""
MIX = 2_654_435_761
"""Knuth's multiplicative hash: spreads words that are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """How a recording sounds."""

    items: bytes
    """32-bit numbers, the lowest byte first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayableMatch:
    """Two things that sound alike; written in both directions."""

    playable: str
    """As a `PlayableKey` prints itself, like the other."""
    other: str
    similarity: float


def items_of(fingerprint: Fingerprint) -> Sequence[int]:
    """The items as numbers, at most ITEMS_MAX."""
    items = array("I")
    items.frombytes(fingerprint.items[: ITEMS_MAX * 4])
    if sys.byteorder == "big":
        items.byteswap()
    return items


def words_of(fingerprint: Fingerprint) -> list[int]:
    """By what a recording is looked up: the same words wherever its sound is cut or shifted."""
    words = {item >> WORD_SHIFT for item in items_of(fingerprint)}
    sampled = (word for word in words if (word * MIX >> 16) % SAMPLE == 0)
    return sorted(sampled)[:WORDS_MAX]


def similarity(one: Fingerprint, other: Fingerprint) -> float:
    """How alike two recordings sound: 1 is the same, 0 is chance.

    It is the best of the likeliest alignments, over all that lies above each other there.
    """
    left, right = items_of(one), items_of(other)
    scores = [_score(left, right, shift) for shift in _alignments(left, right)]
    return max(scores, default=0.0)


def _alignments(left: Sequence[int], right: Sequence[int]) -> list[int]:
    """By how many items the second may begin behind the first, the likeliest first."""
    places: dict[int, list[int]] = {}
    for place, item in enumerate(left):
        places.setdefault(item >> WORD_SHIFT, []).append(place)
    votes: Counter[int] = Counter()
    for place, item in enumerate(right):
        found = places.get(item >> WORD_SHIFT, ())
        if len(found) <= ITEMS_MIN:  # a sound that lasts tells nothing of where one is
            votes.update(there - place for there in found)
    return [shift for shift, _ in votes.most_common(ALIGNMENTS_MAX)]


def _score(left: Sequence[int], right: Sequence[int], shift: int) -> float:
    """How alike they are where they overlap; 0 where that is too little to tell."""
    start, end = max(0, shift), min(len(left), len(right) + shift)
    count = end - start
    if count < ITEMS_MIN:
        return 0.0
    above = int.from_bytes(array("I", left[start:end]).tobytes(), "little")
    below = int.from_bytes(array("I", right[start - shift : end - shift]).tobytes(), "little")
    error = (above ^ below).bit_count() / (count * ITEM_BITS)
    return max(0.0, 1.0 - 2.0 * error)
