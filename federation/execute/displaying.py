"""Finds out whether answers can be built as the client will see them, and then puts them so.

For `{ tracks { title artist { name } } }`, where the artist's name is of another subgraph, the
first answer already has the client's keys in its order:

    {"tracks": [{"title": "One", "artist": {"name": ABSENT, "id": "7"}}]}

The second puts the name where it belongs, and at the end only the key is left to take away: no
object is built a second time. It works where each shown field is written by one fetch of a
subgraph in this process, and only as long as nothing is wrong: with the first error, null entity
or odd value what is absent is taken out, and the run goes on as if this had never been tried.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLSchema

from federation.execute.shape_response import ResponseShaper, Shape
from federation.execute.sharing import Position, Sharing, Written, bare, fetches_of, writers_of
from federation.execute.tree import Object, objects_at
from federation.fetch.display import ABSENT, Display, Shown
from federation.operation.conditions import holds
from federation.operation.model import SelectionSet
from federation.plan.nodes import LIST, EntityPart, Fetch, OnlyTypes, Path, QueryPlan

_TYPENAME = "__typename"


@dataclass(frozen=True, slots=True, kw_only=True)
class Displays:
    """How each fetch of a plan can be displayed, for one set of values of its conditions."""

    root: Object
    """The response before the first fetch."""
    by_fetch: Mapping[int, Display]
    """By the identity of the fetch."""
    unshown: tuple[tuple[Path, tuple[str, ...]], ...]
    """Keys that only the gateway wants to know, by the path of their objects."""


_Seen = Mapping[Position, tuple[Path, Shown]]
"""What the client sees, and the path to it."""
_HELPER = Shown(type_name=None, types={})
"""Objects that only the gateway wants to know."""


class _NotDisplayed(Exception):
    """Something is to be done for which answers have to be shaped one by one."""


def find_displays(
    plan: QueryPlan,
    sharing: Sharing,
    schema: GraphQLSchema,
    shaper: ResponseShaper,
    variables: Mapping[str, Any],
    place_of: Callable[[Path], int | None],
) -> Displays | None:
    """The displays of a plan; None where its response has to be shaped.

    `place_of` tells where later fetches look for what stands at a path.
    """
    fetches = list(fetches_of(plan))
    is_plain = not (plan.operation.introspection or plan.primary or plan.deferred)
    if not is_plain or len(sharing.shared) < len(fetches):
        return None
    try:
        seen = dict(_see(plan.shown, schema, shaper, variables))
        written = [(fetch, [*writers_of(fetch)]) for fetch in fetches]
        _require_one_writer(seen, [each for _, writers in written for each in writers])
        by_fetch = {
            id(fetch): _display(fetch, writers, _Levels(seen, place_of), sharing)
            for fetch, writers in written
        }
        unshown = _find_unshown(seen, [each for _, writers in written for each in writers])
    except _NotDisplayed:
        return None
    root = {
        key: ABSENT if type_ else plan.shown.type_name for key, type_ in seen[()][1].types.items()
    }
    return Displays(root=root, by_fetch=by_fetch, unshown=tuple(unshown))


def show(data: Object, displays: Displays) -> Object:
    """The response, which is displayed but for what only the gateway wants to know."""
    for path, keys in displays.unshown:
        for each in objects_at(data, path):
            for key in keys:
                each.pop(key, None)
    return data


def _see(
    root: SelectionSet,
    schema: GraphQLSchema,
    shaper: ResponseShaper,
    variables: Mapping[str, Any],
) -> Iterator[tuple[Position, tuple[Path, Shown]]]:
    left: list[tuple[Position, Path, SelectionSet]] = [((), (), root)]
    while left:
        position, path, selections = left.pop()
        type_ = schema.type_map[selections.type_name]
        if not isinstance(type_, GraphQLObjectType):
            raise _NotDisplayed
        shapes = [
            each
            for each in shaper.ordered(selections, type_.name, variables)
            if holds(each.condition, variables)
        ]
        types = {each.key: each.type for each in shapes}
        yield position, (path, Shown(type_name=type_.name, types=types, keys=tuple(types)))
        for each in shapes:
            if each.type is None and each.name != _TYPENAME:
                raise _NotDisplayed
            if each.selections is not None:
                below = (*path, each.key, *_lists(each))
                left.append(((*position, each.key), below, each.selections))


def _lists(shape: Shape) -> Iterator[str]:
    type_: Any = shape.type
    while isinstance(type_, GraphQLList | GraphQLNonNull):
        if isinstance(type_, GraphQLList):
            yield LIST
        type_ = type_.of_type


def _require_one_writer(seen: _Seen, writers: list[Written]) -> None:
    for position, (_, shown) in seen.items():
        for key, type_ in shown.types.items():
            if type_ and sum(key in written.get(position, ()) for written in writers) != 1:
                raise _NotDisplayed


def _display(fetch: Fetch, writers: list[Written], levels: "_Levels", sharing: Sharing) -> Display:
    if fetch.root is not None:
        if fetch.root.path or fetch.root.renames:
            raise _NotDisplayed
        levels.add((), (), written=writers[0], is_all=True)
        return Display(levels=levels, places=levels.places)
    levels[()] = _HELPER
    for part, written in zip(fetch.entities, writers, strict=True):
        _require_plain(part, levels.seen, sharing)
        is_all = len(part.paths) == 1
        for path in part.paths:
            levels.add(bare(path), (part.alias,), written=written, is_all=is_all)
    return Display(levels=levels, places=levels.places)


class _Levels(dict[tuple[str, ...], Shown]):
    """What is seen at each place of one answer."""

    def __init__(self, seen: _Seen, place_of: Callable[[Path], int | None]) -> None:
        super().__init__()
        self.seen = seen
        self.places: dict[tuple[str, ...], int] = {}
        """By response keys: where the objects are looked for that stand there."""
        self._place_of = place_of

    def add(
        self, above: Position, head: tuple[str, ...], *, written: Written, is_all: bool
    ) -> None:
        """Add what is written at and below one position; `head` leads there in the answer.

        `is_all`: what is built below stands there, and nowhere else.
        """
        for position, keys in written.items():
            if position == above:
                self._add_fields(head, self.seen[above][1], keys)
            elif position[: len(above)] == above:
                path, shown = self.seen.get(position, (None, _HELPER))
                below = (*head, *position[len(above) :])
                if self.setdefault(below, shown) != shown:
                    raise _NotDisplayed  # it stands at two places, and looks different there
                place = self._place_of(path) if is_all and path is not None else None
                if place is not None:
                    self.places[below] = place

    def _add_fields(self, head: tuple[str, ...], shown: Shown, keys: Iterable[str]) -> None:
        """Fields that are added to objects, which have kept a place for them."""
        added = {key: shown.types[key] for key in keys if key in shown.types}
        known = self.setdefault(head, _HELPER).types
        if any(known.get(key, type_) != type_ for key, type_ in added.items()):
            raise _NotDisplayed
        self[head] = Shown(type_name=None, types={**known, **added})


def _require_plain(part: EntityPart, seen: _Seen, sharing: Sharing) -> None:
    """Raise where it takes more than to add what was answered."""
    if part.renames or id(part) not in sharing.alone:
        raise _NotDisplayed
    for path in part.paths:
        if bare(path) not in seen or any(isinstance(segment, OnlyTypes) for segment in path):
            raise _NotDisplayed


def _find_unshown(seen: _Seen, writers: list[Written]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    for position, (path, shown) in seen.items():
        keys = {key for written in writers for key in written.get(position, ())}
        if keys - shown.types.keys():
            yield path, tuple(sorted(keys - shown.types.keys()))
