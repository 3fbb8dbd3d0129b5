"""Where the parents of a level stand in the response, and what resolvers are told of a field.

Paths are asked for seldom, so they are made when they are.
"""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.pyutils import Path

from federation.program.complete import Spread
from federation.program.levels import Field


class Place:
    """Where a list of parents stands."""

    __slots__ = ("_above", "_field", "_paths", "_raw")

    def __init__(self, above: "Place | None", field: Field | None, raw: list[Any] | Spread) -> None:
        self._above = above
        self._field = field
        self._raw = raw
        self._paths: list[Path | None] | None = None

    def path(self, index: int) -> Path | None:
        """The path to one of the parents; None to the root."""
        if self._paths is None:
            self._paths = [*self._find_paths()]
        return self._paths[index]

    def only(self, picked: list[int]) -> "Place":
        """The place of some of the parents."""
        return _PartOfPlace(self, picked)

    def _find_paths(self) -> Iterator[Path | None]:
        if self._above is None or self._field is None:
            yield None
            return
        raw = self._raw
        spread = raw if isinstance(raw, Spread) else Spread(self._field, raw)
        for owner, spot in enumerate(spread.spots):
            yield from _trails(field_path(self._above, owner, self._field), spot)


class _PartOfPlace(Place):
    __slots__ = ("_picked", "_whole")

    def __init__(self, whole: Place, picked: list[int]) -> None:
        super().__init__(None, None, [])
        self._whole = whole
        self._picked = picked

    def path(self, index: int) -> Path | None:
        return self._whole.path(self._picked[index])


ROOT = Place(None, None, [])


def field_path(place: Place, index: int, field: Field) -> Path:
    """The path of a field of one parent."""
    return Path(place.path(index), field.key, field.parent.name)


def _trails(path: Path, spot: Any) -> Iterator[Path]:
    if isinstance(spot, list):
        for index, inner in enumerate(spot):
            yield from _trails(path.add_key(index, None), inner)
    elif isinstance(spot, int):
        yield path


class Info(GraphQLResolveInfo[Any]):
    """What a resolver is told; in place of the path stands what finds it."""

    @property
    def path(self) -> Path:
        """The path of the field."""
        place, index, field = self[4]
        return field_path(place, index, field)  # type: ignore[arg-type]


def tell(field: Field, place: Place, index: int, told: tuple[Any, ...]) -> Info:
    """What the resolver of a field is told for one parent."""
    where = (place, index, field)
    return tuple.__new__(Info, (*field.told, where, *told))
