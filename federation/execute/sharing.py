"""Says of each fetch how its answer may be put into the tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from federation.plan.nodes import LIST, EntityPart, Fetch, Path, QueryPlan

Position = tuple[str, ...]
"""Response keys that lead to an object."""
Written = dict[Position, dict[str, bool]]
"""The keys that are written into each object, with whether there are objects below."""


class Reference(NamedTuple):
    """What is told of an entity where it is mentioned."""

    key: str
    """A part of its key."""
    is_all: bool
    """Nothing else is told: it is the same wherever this key is the same."""


@dataclass(slots=True)
class Sharing:
    """What can be said of a plan before it runs; by identity, since the plan is kept with it."""

    shared: set[int] = field(default_factory=set)
    """Fetches whose answers may stand at several places of the tree without a copy."""
    alone: dict[int, frozenset[str]] = field(default_factory=dict)
    """Parts of these, with their fields, that are not written by any other fetch."""
    references: dict[Path, Reference] = field(default_factory=dict)
    """How entities are mentioned, by their paths."""


def find_sharing(plan: QueryPlan) -> Sharing:
    """Look where each fetch writes.

    Equal entities of one path are treated alike by all that comes after, so they may share what
    stands below them, unless a fetch can add to one of them and not to the others: an object that
    two fetches write, or one that stands at another path too and is read or written below. Values
    of contexts are known by place, and what is delivered later is cut off by place.
    """
    fetches = list(fetches_of(plan))
    if plan.deferred or any(fetch.has_contexts for fetch in fetches):
        return Sharing()
    writers = [written for fetch in fetches for written in writers_of(fetch)]
    if any(_meet(one, other) for one in writers for other in writers if one is not other):
        return Sharing()
    sharing = Sharing()
    places = [bare(path) for fetch in fetches for path in _paths(fetch)]
    sharing.shared.update(id(fetch) for fetch in fetches)
    parts = [(fetch, part) for fetch in fetches for part in fetch.entities or (None,)]
    told = _told_of_mentioned(parts, writers)
    for (fetch, part), written in zip(parts, writers, strict=True):
        if part is not None:
            if _has_objects(written) and not _is_last(part, places):
                sharing.shared.discard(id(fetch))
            others = [other for other in writers if other is not written]
            own = _own_keys(part, written, others)
            if own is not None:
                sharing.alone[id(part)] = own
            sharing.references.update(_references(part, told))
    return sharing


def fetches_of(plan: QueryPlan) -> Iterator[Fetch]:
    """All fetches, a subscription's first of all."""
    if plan.primary is not None:
        yield plan.primary
    for group in plan.groups:
        yield from group.fetches


def _meet(one: Written, other: Written) -> bool:
    """Whether two fetches write the same object below their own."""
    return any(
        one[position].get(key) and other[position].get(key)
        for position in one.keys() & other.keys()
        for key in one[position]
    )


def _own_keys(
    part: EntityPart, written: Written, others: Iterable[Written]
) -> frozenset[str] | None:
    """The fields of a part's entities, unless others write some of them too."""
    places = {bare(path) for path in part.paths}
    keys = frozenset(key for place in places for key in written[place])
    met = any(not keys.isdisjoint(other.get(place, ())) for other in others for place in places)
    return None if met else keys


def _told_of_mentioned(
    parts: Iterable[tuple[Fetch, EntityPart | None]], writers: Iterable[Written]
) -> dict[Position, set[str]]:
    """The fields of each object that are told where it is mentioned, not added to it later."""
    told: dict[Position, set[str]] = {}
    for (fetch, part), written in zip(parts, writers, strict=True):
        paths = part.paths if part else (fetch.root.path,) if fetch.root else ()
        added_to = {bare(path) for path in paths}
        for position in written.keys() - added_to:
            told.setdefault(position, set()).update(written[position])
    return told


def _references(
    part: EntityPart, told: Mapping[Position, set[str]]
) -> Iterator[tuple[Path, Reference]]:
    """How a part's entities are mentioned in fields; items of a list mostly differ anyway."""
    keys = [each.key for each in part.projection if each.is_key and each.fields is None]
    for path in part.paths:
        fields = told.get(bare(path), set())
        is_field = bool(path) and isinstance(path[-1], str) and path[-1] != LIST
        for key in keys:
            if is_field and key in fields:
                yield path, Reference(key, is_all=len(fields) == 1)


def _has_objects(written: Written) -> bool:
    """Whether there is something that may stand at two places: leaves are never changed."""
    return any(is_object for keys in written.values() for is_object in keys.values())


def _is_last(part: EntityPart, places: list[Position]) -> bool:
    """Whether entities stand at one path only, or no fetch goes on below them."""
    own = [bare(path) for path in part.paths]
    return len(own) == 1 or not any(
        len(other) > len(mine) and other[: len(mine)] == mine for mine in own for other in places
    )


def _paths(fetch: Fetch) -> Iterator[Path]:
    if fetch.root is not None:
        yield fetch.root.path
    for part in fetch.entities:
        yield from part.paths


def bare(path: Path) -> Position:
    """The response keys of a path."""
    return tuple(each for each in path if isinstance(each, str) and each != LIST)


def writers_of(fetch: Fetch) -> Iterator[Written]:
    """What each part of a fetch writes."""
    operation = parse(fetch.document, no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode), "a fetch is one operation"
    if fetch.root is not None:
        keys = {rename.alias: rename.key for rename in fetch.root.renames}
        yield _written(operation.selection_set, [fetch.root.path], keys)
        return
    entities = {_key(each): each.selection_set for each in _fields(operation.selection_set)}
    for part in fetch.entities:
        below = entities[part.alias]
        assert below is not None, "entities are objects"
        yield _written(below, part.paths, {rename.alias: rename.key for rename in part.renames})


def _written(
    selections: SelectionSetNode, paths: Iterable[Path], keys: Mapping[str, str]
) -> Written:
    written: Written = {}
    left = [(selections, bare(path)) for path in paths]
    while left:
        below, position = left.pop()
        here = written.setdefault(position, {})
        for each in _fields(below):
            key = keys.get(_key(each), _key(each))
            here[key] = here.get(key, False) or each.selection_set is not None
            if each.selection_set is not None:
                left.append((each.selection_set, (*position, key)))
    return written


def _fields(selections: SelectionSetNode) -> Iterator[FieldNode]:
    """Fields, those in fragments included."""
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each
        else:
            yield from _fields(each.selection_set)  # type: ignore[attr-defined]


def _key(each: FieldNode) -> str:
    return each.alias.value if each.alias else each.name.value
