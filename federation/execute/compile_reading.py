"""Writes how a fetch finds its entities in the tree and reads what it asks for them with.

For `tracks.@.artist` by {id}:

    def find_2(known):
        # tracks.@.artist
        if known[2] is None:
            level = find_1(known)
            known[2] = references(level, 'artist', 'id')
        return known[2]

    def find_3(known):
        # id of tracks.@.artist
        if known[3] is None:
            known[3] = keys([each['id'] for each in find_2(known)])
        return known[3]

    def read_0(known):
        level = find_2(known)
        values_0 = find_3(known)
        identities = values_0
        found = dict(zip(identities, values_0))
        representations = [{'__typename': 'Artist', 'id': value_0} for value_0 in found.values()]
        return representations, level, identities, list(found)

What stands in the tree and fits no schema makes it raise, and so does a key that is null or not
there; `asked.py` then reads as the plan says.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from federation.execute.representations import Missing, identity_of, read_nested
from federation.execute.sharing import Reference
from federation.execute.source import Source
from federation.plan.nodes import LIST, EntityPart, OnlyTypes, Path, Projection, print_path

_NULL = type(None)
_KEYS = ({str}, {int}, set[type]())
_SCALARS = ({str}, {int}, {bool}, {str, _NULL}, {int, _NULL}, {bool, _NULL}, {_NULL}, set[type]())
"""Classes whose values are told apart by equality, as long as they are not mixed."""


def distinct(level: list[Any]) -> list[Any]:
    """Each object once, in the order in which they came first."""
    if len(set(map(id, level))) == len(level):
        return level
    return list(dict(zip(map(id, level), level, strict=True)).values())


def references(level: list[Any], field: str, key: str) -> list[Any]:
    """What stands in a field of objects and is told by a key alone; equal ones become one object.

    What others add to it is then added once, and is shown once.

    Raises:
        TypeError: a key is null, or they are of several classes.
    """
    holders = [each for each in level if each[field] is not None]
    found = [each[field] for each in holders]
    return _make_one(holders, field, found, keys([each[key] for each in found]))


def mentions(level: list[Any], field: str, key: str) -> list[Any]:
    """The same where more is told than a key: what is equal in all of it becomes one object.

    It is looked for where at least half of it seems to come again.

    Raises:
        TypeError: as for references.
    """
    holders = [each for each in level if each[field] is not None]
    found = [each[field] for each in holders]
    if len(set(keys([each[key] for each in found]))) * 2 > len(found):
        return distinct(found)
    try:
        texts = [orjson.dumps(each) for each in found]
    except TypeError:  # wide integers, or fields that are absent from what is displayed
        return distinct(found)
    return _make_one(holders, field, found, texts)


def _make_one(holders: list[Any], field: str, found: list[Any], identities: list[Any]) -> list[Any]:
    one = dict(zip(identities, found, strict=True))
    if len(one) < len(found):
        for each, identity in zip(holders, identities, strict=True):
            each[field] = one[identity]
    return list(one.values())


def keys(values: list[Any]) -> list[Any]:
    """The values of a key.

    Raises:
        TypeError: one is null, or they are of several classes.
    """
    if set(map(type, values)) not in _KEYS:
        raise TypeError
    return values


def identities_of(values: list[Any]) -> list[Hashable]:
    """For each value something that only equal values have in common."""
    if set(map(type, values)) in _SCALARS:
        return values
    return [identity_of({"": value}) for value in values]


KNOWN_TO_READING = {
    "distinct": distinct,
    "references": references,
    "mentions": mentions,
    "keys": keys,
    "identities_of": identities_of,
    "read_nested": read_nested,
}
"""What the functions call."""
UNUSUAL = (KeyError, TypeError, Missing)
"""What they raise for a tree that they were not written for."""


class ReadingWriter:
    """Writes the functions of one operation; what several parts read is found once for a run."""

    def __init__(self, source: Source, references: Mapping[Path, Reference]) -> None:
        self._source = source
        self._references = references
        """Paths that end in a field, and how its objects are told of."""
        self._known: dict[Hashable, int] = {(): 0}
        """Paths and columns of keys, by their place in the list of what is known."""

    @property
    def places(self) -> int:
        """How much may be known in a run; the first of it is the level of the root."""
        return len(self._known)

    def place_of(self, path: Path) -> int | None:
        """The place of what stands at a path, if it is looked for."""
        return self._known.get(path)

    def write(self, parts: Sequence[EntityPart]) -> list[str]:
        """Write a function for each part that reads its entities; their names.

        They give distinct representations, all objects, the identity of each object's
        representation, and the identities of the distinct ones.
        """
        for path in sorted((path for part in parts for path in part.paths), key=len):
            self._level(path)
        names = [f"read_{position}" for position in range(len(parts))]
        for name, part in zip(names, parts, strict=True):
            self._source.define(name, "known", [*self._write_read(part)])
        return names

    def _write_read(self, part: EntityPart) -> Iterator[str]:
        """Read column by column: all of the key and of what is required tells entities apart."""
        columns = [f"values_{position}" for position in range(len(part.projection))]
        values = [f"value_{position}" for position in range(len(part.projection))]
        identities: list[str] = []
        yield f"level = {self._objects(part.paths)}"
        for column, each in zip(columns, part.projection, strict=True):
            if each.is_key and each.fields is None:
                yield f"{column} = {self._keys(part.paths, each.key)}"
                identities.append(column)
            else:
                yield f"{column} = [{self._read(each)} for each in level]"
                identities.append(f"identities_of({column})")
        if len(columns) == 1:
            yield f"identities = {identities[0]}"
            yield f"found = dict(zip(identities, {columns[0]}))"
        else:
            yield f"identities = list(zip({', '.join(identities)}))"
            yield f"found = dict(zip(identities, zip({', '.join(columns)})))"
        named = zip(part.projection, values, strict=True)
        pairs = ", ".join(f"{each.name!r}: {value}" for each, value in named)
        representation = f"{{'__typename': {part.type_name!r}, {pairs}}}"
        yield f"representations = [{representation} for {', '.join(values)} in found.values()]"
        yield "return representations, level, identities, list(found)"

    def _objects(self, paths: tuple[Path, ...]) -> str:
        """What stands at some paths."""
        if len(paths) == 1:
            return self._level(paths[0])
        found = " + ".join(self._level(path) for path in paths)
        if any(isinstance(segment, OnlyTypes) for path in paths for segment in path):
            found = f"distinct({found})"  # two paths may lead to one object
        return self._find(paths, _print(paths), [], found)

    def _level(self, path: Path) -> str:
        """What stands at a path, found from the longest path before it that is known."""
        if not path:
            return "known[0]"
        if path in self._known:
            return f"find_{self._known[path]}(known)"
        above = max(length for length in range(len(path)) if path[:length] in self._known)
        reference = self._references.get(path)
        end = len(path) if reference is None else -1
        walk = _write_walk(path[above:end], is_below_list=LIST in path[:above])
        lines = [f"level = {self._level(path[:above])}", *walk]
        found = "distinct(level)"
        if reference is not None:
            function = "references" if reference.is_all else "mentions"
            found = f"{function}(level, {path[-1]!r}, {reference.key!r})"
        return self._find(path, print_path(path), lines, found)

    def _keys(self, paths: tuple[Path, ...], key: str) -> str:
        """The values of a key; once they are all there, none of them changes."""
        read = f"keys([each[{key!r}] for each in {self._objects(paths)}])"
        return self._find((paths, key), f"{key} of {_print(paths)}", [], read)

    def _find(self, what: Hashable, comment: str, lines: Sequence[str], found: str) -> str:
        """A call of a function that finds something unless it is known."""
        if what not in self._known:
            place = self._known[what] = len(self._known)
            body = [
                f"# {comment}",
                f"if known[{place}] is None:",
                *(f"    {line}" for line in lines),
                f"    known[{place}] = {found}",
                f"return known[{place}]",
            ]
            self._source.define(f"find_{place}", "known", body)
        return f"find_{self._known[what]}(known)"

    def _read(self, projection: Projection) -> str:
        read = f"each[{projection.key!r}]"
        if projection.fields is None:
            return read
        return f"read_nested({read}, {self._source.constant('projection', projection)})"


def _print(paths: tuple[Path, ...]) -> str:
    return ", ".join(print_path(path) for path in paths)


def _write_walk(path: Path, *, is_below_list: bool) -> Iterator[str]:
    """A line for each step; nulls are left out on the way."""
    for segment, has_items in _steps(path):
        if isinstance(segment, OnlyTypes):
            names = "{" + ", ".join(repr(name) for name in sorted(segment.names)) + "}"
            yield f"level = [each for each in level if each['__typename'] in {names}]"
        elif has_items:
            if is_below_list:
                yield "level = distinct(level)"
            read = "each" if segment == LIST else f"each[{segment!r}]"
            items = f"for item in {read} or () if item is not None"
            yield f"level = [item for each in level {items}]"
            is_below_list = True
        else:
            read = f"(item := each[{segment!r}]) is not None"
            yield f"level = [item for each in level if {read}]"


def _steps(path: Path) -> Iterator[tuple[str | OnlyTypes, bool]]:
    """Segments, each with whether the items of its list are meant; deeper lists stand alone."""
    position = 0
    while position < len(path):
        segment = path[position]
        has_items = segment != LIST and path[position + 1 : position + 2] == (LIST,)
        yield segment, has_items or segment == LIST
        position += 2 if has_items else 1
