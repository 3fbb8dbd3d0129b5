"""Context values: read from the objects above entities, one `_entities` field for each value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from federation.execute.representations import Missing, identity_of, read_nested
from federation.execute.tree import Object, objects_at
from federation.plan.entity_document import EntityField, print_entities
from federation.plan.nodes import EntityPart, Fetch, Projection


@dataclass(slots=True, kw_only=True)
class Bound:
    """Entities of a part that share all context values."""

    part: EntityPart
    values: Mapping[str, Any]
    """Context variable → its value, under the name that the plan knows."""
    objects: list[Object] = field(default_factory=list)


def bind_contexts(
    root: Object, part: EntityPart, objects: Iterable[Object]
) -> tuple[list[Bound], list[Object]]:
    """Entities by their context values, and those for which a value is not known."""
    if not part.contexts:
        return [Bound(part=part, values={}, objects=list(objects))], []
    known = _read_values(root, part)
    bound: dict[bytes | str, Bound] = {}
    lost: list[Object] = []
    for each in objects:
        values = known.get(id(each), {})
        if len(values) < len(part.contexts):
            lost.append(each)
            continue
        place = identity_of(dict(values))
        if place not in bound:
            alias = part.alias if part.alias != "_entities" else "_e"
            numbered = replace(part, alias=f"{alias}_{len(bound)}")
            bound[place] = Bound(part=numbered, values=values)
        bound[place].objects.append(each)
    if len(bound) == 1:
        return [replace(each, part=part) for each in bound.values()], lost
    return list(bound.values()), lost


def _read_values(root: Object, part: EntityPart) -> dict[int, dict[str, Any]]:
    known: dict[int, dict[str, Any]] = {}
    for path in part.paths:
        for context in part.contexts:
            for above in objects_at(root, path[: context.depth]):
                try:
                    value = _read_value(above, context.projection)
                except Missing:
                    continue
                if value is None and context.type.endswith("!"):
                    continue
                for each in objects_at(above, path[context.depth :]):
                    known.setdefault(id(each), {})[context.variable] = value
    return known


def _read_value(source: Object, projection: Projection) -> Any:
    """The one value that the projection leads to; lists on the way make a list of it."""
    read = read_nested(source, projection)
    return _unwrap(read, projection)


def _unwrap(value: Any, projection: Projection) -> Any:
    if isinstance(value, list):
        return [_unwrap(item, projection) for item in value]
    if projection.fields is None or not isinstance(value, dict):
        return value
    inner = [*projection.fields]
    for type_name, fields in projection.variants:
        if value.get("__typename") == type_name:
            inner += fields
    if not inner:
        raise Missing
    return _unwrap(value.get(inner[0].name), inner[0])


def write_request(
    fetch: Fetch, asked: Sequence[tuple[EntityPart, Mapping[str, Any], list[Object]]]
) -> tuple[str, dict[str, Any]]:
    """The document for the values there are, and what its variables stand for."""
    fields: list[EntityField] = []
    variables: dict[str, Any] = {}
    for position, (part, values, representations) in enumerate(asked):
        name = part.variable if len(asked) == 1 else f"r{position}"
        while name in fetch.variables:
            name = f"_{name}"
        suffix = f"_{position}" if len(asked) > 1 else ""
        contexts = tuple((each.variable, each.type) for each in part.contexts)
        fields.append(
            EntityField(
                alias=part.alias, variable=name, text=part.text, contexts=contexts, suffix=suffix
            )
        )
        variables[name] = representations
        variables |= {f"{variable}{suffix}": value for variable, value in values.items()}
    return print_entities(fetch.name, fields, fetch.declared), variables
