"""Reads representations from the merged tree, each distinct one once."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from federation.execute.tree import Object
from federation.plan.nodes import Projection


class Missing(Exception):
    """A part of the representation is not there, or a part of its key is null."""


def read_representations(
    type_name: str, projection: Sequence[Projection], objects: Iterable[Object]
) -> tuple[list[Object], list[list[Object]]]:
    """Distinct representations, and for each the objects that it stands for.

    An object whose key is null or unknown is left out: there is nothing to ask for.
    """
    representations: list[Object] = []
    owners: list[list[Object]] = []
    position_of: dict[bytes | str, int] = {}
    for each in objects:
        try:
            representation = {"__typename": type_name, **_read(each, projection)}
        except Missing:
            continue
        identity = identity_of(representation)
        position = position_of.setdefault(identity, len(representations))
        if position == len(representations):
            representations.append(representation)
            owners.append([])
        owners[position].append(each)
    return representations, owners


def _read(source: Object, projection: Sequence[Projection]) -> Object:
    read: Object = {}
    for each in projection:
        if each.key not in source:
            raise Missing
        value = source[each.key]
        if value is None and each.is_key:
            raise Missing
        read[each.name] = value if each.fields is None else read_nested(value, each)
    return read


def read_nested(value: Any, projection: Projection) -> Any:
    """The parts of an object that a projection wants, in every item of a list.

    Raises:
        Missing: a part is not there.
    """
    if isinstance(value, list):
        return [read_nested(item, projection) for item in value]
    if not isinstance(value, dict):
        return None
    read = _read(value, projection.fields or ())
    if "__typename" in value and projection.variants:
        read = {"__typename": value["__typename"], **read}
    for type_name, fields in projection.variants:
        if value.get("__typename") == type_name:
            read.update(_read(value, fields))
    return read


def identity_of(representation: Object) -> bytes | str:
    """Something that only equal objects have in common."""
    try:
        return orjson.dumps(representation)
    except (TypeError, ValueError):
        return repr(representation)
