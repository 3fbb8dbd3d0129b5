"""Which recordings sound alike, from their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.ai.records import Neighbour

REVERSE_MAX = 500
"""How many others may take a new recording among their neighbours at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardVector:
    """A recording's vector, and how near the farthest of its full list is."""

    playable: str
    vector: bytes
    farthest: float
    """`ROOM` while its list is not full."""


def find_neighbours(
    playable: str, vector: bytes, others: Sequence[HeardVector], *, count: int
) -> list[Neighbour]:
    """The nearest others of a recording, and those others whose lists it enters.

    Rows in both directions: `playable` is the one whose list it is.
    """
    size = len(vector)
    known = [one for one in others if one.playable != playable and len(one.vector) == size]
    if not known:
        return []
    matrix = np.frombuffer(b"".join(one.vector for one in known), dtype="<f4")
    likeness = matrix.reshape(len(known), -1) @ np.frombuffer(vector, dtype="<f4")
    scores = [round(float(score), 6) for score in likeness]
    nearest = sorted(range(len(known)), key=lambda place: (-scores[place], known[place].playable))
    own = [
        Neighbour(playable=playable, neighbour=known[place].playable, score=scores[place])
        for place in nearest[:count]
    ]
    entered = [place for place in nearest if scores[place] > known[place].farthest]
    reverse = [
        Neighbour(playable=known[place].playable, neighbour=playable, score=scores[place])
        for place in entered[:REVERSE_MAX]
    ]
    return own + reverse
