"""Merges what subgraphs answer into one tree."""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import ior
from typing import Any

from federation.execute.tree import Object, objects_at
from federation.plan.nodes import Rename


def add_entities(
    objects: Iterable[Object],
    identities: Iterable[Hashable],
    entity_of: Mapping[Hashable, Object],
    alone: frozenset[str],
) -> None:
    """Add to each object the fields of its entity; those in `alone` nobody else writes."""
    entities = map(entity_of.__getitem__, identities)
    if all(map(alone.issuperset, entity_of.values())):
        _update_all(objects, entities)
        return
    for each, entity in zip(objects, entities, strict=True):
        add_fields(each, entity)


def replace_fields(
    objects: Sequence[Object],
    identities: Sequence[Hashable],
    found: Sequence[Hashable],
    entities: Sequence[Object],
) -> None:
    """Add to each object the fields of its entity, in the places that are kept for them."""
    if len(objects) == len(entities):
        _update_all(objects, entities)
    else:
        entity_of = dict(zip(found, entities, strict=True))
        _update_all(objects, map(entity_of.__getitem__, identities))


def _update_all(objects: Iterable[Object], entities: Iterable[Object]) -> None:
    deque(map(ior, objects, entities), maxlen=0)  # each |= entity


def add_fields(target: Object, source: Object) -> None:
    """Merge where no object is written twice: what is added may stand at other places too.

    So nothing is merged into what is there; a null never replaces it.
    """
    if target.keys().isdisjoint(source):
        target.update(source)
        return
    for key, value in source.items():
        if target.get(key) is None:
            target[key] = value


def merge_object(target: Object, source: Object) -> None:
    """Merge an answer into an object; a null never replaces what is there."""
    for key, value in source.items():
        known = target.get(key)
        if known is None:
            target[key] = value
        elif isinstance(known, dict) and isinstance(value, dict):
            merge_object(known, value)
        elif isinstance(known, list) and isinstance(value, list):
            _merge_list(known, value)


def _merge_list(known: list[Any], value: list[Any]) -> None:
    """Lists of one field answered twice; those of unequal length keep the first answer."""
    if len(known) != len(value):
        return
    for position, (mine, theirs) in enumerate(zip(known, value, strict=True)):
        if mine is None:
            known[position] = theirs
        elif isinstance(mine, dict) and isinstance(theirs, dict):
            merge_object(mine, theirs)
        elif isinstance(mine, list) and isinstance(theirs, list):
            _merge_list(mine, theirs)


def merge_entity(owners: list[Object], entity: Object) -> None:
    """Merge one entity into every object that stands for it; none shares parts with another."""
    for owner in owners[1:]:
        merge_object(owner, copy_object(entity))
    merge_object(owners[0], entity)


def copy_object(source: Object) -> Object:
    """A copy down to the leaves."""
    return {key: _copy(value) for key, value in source.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return copy_object(value)
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value


def undo_aliases(root: Object, renames: tuple[Rename, ...]) -> None:
    """Give fields that were aliased for a subgraph the key that the tree knows them by."""
    for rename in renames:
        for each in objects_at(root, rename.path):
            if rename.alias in each:
                each[rename.key] = each.pop(rename.alias)
