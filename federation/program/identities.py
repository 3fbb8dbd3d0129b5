"""Tells apart the parents of a level: those that answer alike are answered once."""

import operator
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

_CLASSES_MAX = 10_000
_EXACT = ({str}, {int})
"""Classes whose values are told apart by equality, as long as they are not mixed."""


def identities_of(objects: list[Any], kinds: set[type]) -> list[Hashable]:
    """For each object, of these classes, something that it shares with those that answer alike.

    That is the object itself, by its identity; or the value of a mention, made anew wherever an
    entity of another subgraph is named.
    """
    if len(kinds) == 1:
        (kind,) = kinds
        read = _reader_of(kind)
        if read is not None:
            values = [*map(read, objects)]
            if {*map(type, values)} in _EXACT:
                return values
    return [*map(id, objects)]


@lru_cache(maxsize=_CLASSES_MAX)
def _reader_of(kind: type) -> Callable[[Any], Any] | None:
    """What reads the one value that a class is made of, if it is frozen and holds no more."""
    if not is_dataclass(kind) or kind.__bases__ != (object,):
        return None
    names = [each.name for each in fields(kind)]
    is_value = vars(kind)["__dataclass_params__"].frozen and not kind.__dictoffset__
    return operator.attrgetter(names[0]) if is_value and len(names) == 1 else None
