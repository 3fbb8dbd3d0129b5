"""The shape of a supergraph as a set of facts, so that two texts compare without their order."""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    ConstDirectiveNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from federation.graph.requirement import FieldSet, read_field_set

_FIELD_SETS = frozenset({"key", "requires", "provides"})
_DEFAULTS = {"resolvable": True, "extension": False, "isInterfaceObject": False}
"""Arguments of `@join__type` that mean the same whether they are written or not."""


def read_shape(sdl: str) -> frozenset[str]:
    """Types, fields, arguments, values and their directives; join definitions left out."""
    return frozenset(_facts(sdl))


def _facts(sdl: str) -> Iterator[str]:
    for node in parse(sdl, no_location=True).definitions:
        if isinstance(node, SchemaDefinitionNode):
            yield from (f"schema {print_ast(each)}" for each in node.operation_types)
        elif isinstance(node, TypeDefinitionNode) and not _is_of_a_spec(node.name.value):
            yield from _type_facts(node)


def _is_of_a_spec(name: str) -> bool:
    return "__" in name and name != "join__Graph"


def _type_facts(node: Any) -> Iterator[str]:
    """What one definition says; its parts depend on its kind."""
    name = node.name.value
    yield f"{node.kind} {name}"
    yield from _applied(name, node.directives)
    for part in ("interfaces", "types"):
        yield from (f"{name} {part} {each.name.value}" for each in getattr(node, part, None) or ())
    for value in getattr(node, "values", None) or ():
        yield f"{name}.{value.name.value}"
        yield from _applied(f"{name}.{value.name.value}", value.directives)
    for field in getattr(node, "fields", None) or ():
        yield from _field_facts(f"{name}.{field.name.value}", field)


def _field_facts(place: str, node: Any) -> Iterator[str]:
    default = getattr(node, "default_value", None)
    yield f"{place}: {print_ast(node.type)}{f' = {print_ast(default)}' if default else ''}"
    yield from _applied(place, node.directives)
    for argument in getattr(node, "arguments", None) or ():
        yield from _field_facts(f"{place}({argument.name.value}:)", argument)


def _applied(place: str, directives: Iterable[ConstDirectiveNode] | None) -> Iterator[str]:
    for node in directives or ():
        arguments = {
            each.name.value: value_from_ast_untyped(each.value) for each in node.arguments or ()
        }
        if node.name.value == "join__graph":
            arguments.pop("url", None)
        told = [
            f"{name}: {_canonical(name, value)}"
            for name, value in sorted(arguments.items())
            if _DEFAULTS.get(name) != value
        ]
        yield f"{place} @{node.name.value}({', '.join(told)})"


def _canonical(name: str, value: object) -> str:
    if name in _FIELD_SETS and isinstance(value, str):
        return _sorted_set(read_field_set(value))
    return str(value)


def _sorted_set(fields: FieldSet) -> str:
    parts = [
        each.name
        + each.arguments
        + (f" {{{_sorted_set(each.selections)}}}" if each.selections else "")
        for each in fields.fields
    ]
    parts += [f"... on {name} {{{_sorted_set(inner)}}}" for name, inner in fields.variants]
    return " ".join(sorted(parts))
