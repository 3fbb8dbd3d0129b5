"""Checks `@context` and `@fromContext` in one subgraph."""

import re
from collections.abc import Iterator
from dataclasses import replace

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode

from federation.compose.findings import Findings
from federation.compose.subgraph import (
    FieldDeclaration,
    InputDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)
from federation.compose.type_reference import TypeReference
from federation.vocabulary.field_set import FieldSetError, parse_field_set

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_VALUE = re.compile(r"\s*\$([A-Za-z_][A-Za-z0-9_]*)\s*(.+)", re.DOTALL)


class _SelectionError(Exception):
    """A selection that gives no value for an argument."""


def check_contexts(schema: SubgraphSchema, findings: Findings) -> None:
    """Note contexts with a bad name, and arguments that no context can fill."""
    contexts: dict[str, list[TypeDeclaration]] = {}
    for owner in schema.types.values():
        for applied in owner.applied("context"):
            name = str(applied.arguments.get("name", ""))
            contexts.setdefault(name, []).append(owner)
            if not _NAME.fullmatch(name):
                findings.error(
                    "CONTEXT_NAME_INVALID",
                    f'Context "{name}" on "{owner.name}" is not made of letters and digits',
                    subgraphs=[schema.name],
                    at=owner.name,
                )
    for owner in schema.types.values():
        for field in owner.fields.values():
            for argument in field.arguments.values():
                fault = _find_fault(schema, owner, field, argument, contexts)
                if fault is not None:
                    at = f"{owner.name}.{field.name}({argument.name}:)"
                    findings.error(fault[0], f'"{at}": {fault[1]}', subgraphs=[schema.name], at=at)
    _check_directive_arguments(schema, findings)


def _check_directive_arguments(schema: SubgraphSchema, findings: Findings) -> None:
    for definition in schema.directive_definitions.values():
        for argument in definition.arguments.values():
            if argument.has("fromContext"):
                at = f"@{definition.name}({argument.name}:)"
                findings.error(
                    "CONTEXT_NOT_SET",
                    f'"{at}": the arguments of directives are not filled from contexts',
                    subgraphs=[schema.name],
                    at=at,
                )


def context_selections(
    schema: SubgraphSchema, argument: InputDeclaration
) -> Iterator[tuple[str, SelectionSetNode]]:
    """Each type that sets the argument's context, with what is selected there."""
    applied = argument.find("fromContext")
    match = _VALUE.fullmatch(str(applied.arguments.get("field", ""))) if applied else None
    if match is None:
        return
    try:
        selections = parse_field_set(match[2])
    except FieldSetError:
        return
    for place in schema.types.values():
        if any(each.arguments.get("name") == match[1] for each in place.applied("context")):
            for name in place.members or (place.name,):
                yield name, selections


def _find_fault(
    schema: SubgraphSchema,
    owner: TypeDeclaration,
    field: FieldDeclaration,
    argument: InputDeclaration,
    contexts: dict[str, list[TypeDeclaration]],
) -> tuple[str, str] | None:
    applied = argument.find("fromContext")
    if applied is None:
        return None
    match = _VALUE.fullmatch(str(applied.arguments.get("field", "")))
    if match is None:
        return "NO_CONTEXT_IN_SELECTION", "it should read $context and a selection"
    if match[1] not in contexts:
        return "CONTEXT_NOT_SET", f'context "{match[1]}" is never set'
    if argument.default is not None:
        return "CONTEXT_NOT_SET", "an argument filled from a context can have no default"
    if any(
        field.name in schema.types[interface].fields
        for interface in owner.interfaces
        if interface in schema.types
    ):
        return "CONTEXT_NOT_SET", "an interface promises the field without a context"
    if not any(key.arguments.get("resolvable", True) is not False for key in owner.applied("key")):
        return "CONTEXT_NO_RESOLVABLE_KEY", f'"{owner.name}" has no resolvable key'
    try:
        selections = parse_field_set(match[2])
        for place in contexts[match[1]]:
            _check_value(schema, place, selections, argument)
    except (FieldSetError, _SelectionError) as fault:
        return "CONTEXT_INVALID_SELECTION", str(fault)
    return None


def _check_value(
    schema: SubgraphSchema,
    place: TypeDeclaration,
    selections: SelectionSetNode,
    argument: InputDeclaration,
) -> None:
    for name in place.members or (place.name,):
        found = _selected_type(schema, name, selections)
        if not _fits(found, argument.type):
            raise _SelectionError(f'"{name}" gives {found}, not {argument.type}')


def _selected_type(
    schema: SubgraphSchema, parent: str, selections: SelectionSetNode
) -> TypeReference:
    """The type of the one value that is selected, null where anything above it may be."""
    matching = [
        each
        for each in selections.selections
        if not isinstance(each, InlineFragmentNode)
        or each.type_condition is None
        or each.type_condition.name.value == parent
        or schema.is_subtype(parent, each.type_condition.name.value)
    ]
    if len(matching) != 1:
        raise _SelectionError(f'it selects {len(matching)} values of "{parent}", not one')
    selection = matching[0]
    if isinstance(selection, InlineFragmentNode):
        return _selected_type(schema, parent, selection.selection_set)
    assert isinstance(selection, FieldNode), "field sets hold fields and inline fragments"
    owner = schema.types.get(parent)
    field = owner.fields.get(selection.name.value) if owner else None
    if field is None:
        raise _SelectionError(f'"{parent}" has no field "{selection.name.value}"')
    if selection.selection_set is None:
        return field.type
    inner = _selected_type(schema, field.type.name, selection.selection_set)
    return _within(field.type, inner)


def _within(outer: TypeReference, inner: TypeReference) -> TypeReference:
    """The type of a value inside another: lists around it remain, nulls may cut it off."""
    if outer.item is not None:
        item = _within(outer.item, inner)
        return TypeReference(item.name, item, outer.is_required)
    return replace(inner, is_required=inner.is_required and outer.is_required)


def _fits(found: TypeReference, expected: TypeReference) -> bool:
    if expected.is_required and not found.is_required:
        return False
    if found.item is not None and expected.item is not None:
        return _fits(found.item, expected.item)
    return (found.item is None) == (expected.item is None) and found.name == expected.name
