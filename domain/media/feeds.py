"""Orders of feeds: what is new, what is played much of late, and what fits a listener.

The heat of something is what its plays amount to when each halves its weight every week:

    heat = log2 Σ 2^((played_at - EPOCH) / week)

Time lowers all heats alike, so their order stays as it is: a heat is written only when something
is played, and no sweep ages the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import log2
from typing import NamedTuple

from domain.pages import EPOCH

HALF_LIFE = timedelta(days=7)
SNAPSHOTS_KEPT = 3
"""A walk of pages reads the snapshot that it began in; older ones are gone."""
PLACES_MAX = 1_000
"""Of each list of a snapshot: of all, of each kind, of each genre."""
CANDIDATES_MAX = 20_000
"""The hottest that a snapshot is made of."""
ARTIST_PLACES, GENRE_PLACES = 60, 20
"""How many places a listener's favourite artist and genre lift something at most."""


class FeedOrder(StrEnum):
    """What comes first."""

    NEW = "NEW"
    POPULAR = "POPULAR"
    PERSONAL = "PERSONAL"


class FeedPlace(NamedTuple):
    """Something in a list of a snapshot."""

    playable: str
    place: int
    artist_id: str | None
    genre_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """How often a listener played an artist (`a:<id>`) or a genre (`g:<genre>`)."""

    what: str
    plays: int


def heat_of(played_at: datetime) -> float:
    """The heat of one play."""
    return (played_at - EPOCH) / HALF_LIFE


def add_heats(heats: Sequence[float]) -> float:
    """The heat of all together."""
    hottest = max(heats)
    return hottest + log2(sum(2 ** (heat - hottest) for heat in heats))


def artist_taste(artist_id: str) -> str:
    """What a taste for an artist is called."""
    return f"a:{artist_id}"


def genre_taste(genre_key: str) -> str:
    """What a taste for a genre is called."""
    return f"g:{genre_key}"


def personal_order(
    places: Sequence[FeedPlace], tastes: Mapping[str, int]
) -> list[tuple[int, FeedPlace]]:
    """The places as a listener would have them, each with its rank: who has played nothing gets
    them as they are.

    A favourite lifts something by a bounded number of places, so that others come through.
    """
    ranked = [(each.place - _lift(each, tastes), each) for each in places]
    return sorted(ranked, key=lambda one: (one[0], one[1].place))


def _lift(each: FeedPlace, tastes: Mapping[str, int]) -> int:
    artist = tastes.get(artist_taste(each.artist_id or ""), 0)
    genre = tastes.get(genre_taste(each.genre_key or ""), 0)
    return _share(artist, ARTIST_PLACES) + _share(genre, GENRE_PLACES)


def _share(plays: int, places: int) -> int:
    """None for no plays, and all for many."""
    return places * plays // (plays + 3)
