"""Finds the objects of the merged tree that a path of the plan leads to."""

from collections.abc import Iterator
from typing import Any

from federation.plan.nodes import LIST, OnlyTypes, Path

Object = dict[str, Any]
ClientPath = tuple[str | int, ...]


def objects_at(root: Object, path: Path) -> list[Object]:
    """All objects at a path; whatever is null, absent or no object on the way is left out."""
    level: list[Any] = [root]
    for segment in path:
        if segment == LIST:
            level = [item for each in level if isinstance(each, list) for item in each]
        elif isinstance(segment, OnlyTypes):
            level = [each for each in level if isinstance(each, dict) and is_one_of(each, segment)]
        else:
            level = [each.get(segment) for each in level if isinstance(each, dict)]
    return [each for each in level if isinstance(each, dict)]


def places_at(root: Object, path: Path) -> Iterator[tuple[Object, ClientPath]]:
    """The same objects in the same order, each with its path in the response."""
    level: list[tuple[Any, ClientPath]] = [(root, ())]
    for segment in path:
        if segment == LIST:
            level = [
                (item, (*place, index))
                for each, place in level
                if isinstance(each, list)
                for index, item in enumerate(each)
            ]
        elif isinstance(segment, OnlyTypes):
            level = [
                (each, place)
                for each, place in level
                if isinstance(each, dict) and is_one_of(each, segment)
            ]
        else:
            level = [
                (each.get(segment), (*place, segment))
                for each, place in level
                if isinstance(each, dict)
            ]
    return ((each, place) for each, place in level if isinstance(each, dict))


def is_one_of(value: Object, types: OnlyTypes) -> bool:
    """Whether the object says that it is of one of the types."""
    told = value.get("__typename")
    return isinstance(told, str) and told in types.names
