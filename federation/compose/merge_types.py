"""Merges the subgraphs' types by kind."""

from collections.abc import Iterator
from dataclasses import replace

from federation.compose.field_sets import selection_of
from federation.compose.merge_directives import merge_directives
from federation.compose.merge_enums import EnumUsage, find_enum_usage, merge_enum_values
from federation.compose.merge_fields import merge_fields
from federation.compose.merge_inputs import merge_input_fields
from federation.compose.merging import Merging, Sources, merge_descriptions
from federation.compose.subgraph import TypeDeclaration
from federation.supergraph.model import JoinType, SupergraphType, TypeKind
from federation.vocabulary.field_set import print_field_set

_BUILT_IN_SCALARS = frozenset({"Int", "Float", "String", "Boolean", "ID"})


def merge_types(merging: Merging) -> dict[str, SupergraphType]:
    """Every type of the supergraph, by name in alphabetical order."""
    names = sorted({name for each in merging.subgraphs.values() for name in each.types})
    merged: dict[str, SupergraphType] = {}
    for name in names:
        if name in _BUILT_IN_SCALARS:
            continue
        sources = merging.sources(name)
        kind = _merge_kind(merging, name, sources)
        if kind is not None:
            merged[name] = _merge_type(merging, name, kind, sources)
    usage = find_enum_usage(merged.values())
    return {name: _with_values(merging, each, usage) for name, each in merged.items()}


def _with_values(merging: Merging, each: SupergraphType, usage: EnumUsage) -> SupergraphType:
    """Enums come last: how they are used shows only in the merged fields and arguments."""
    if each.kind is not TypeKind.ENUM:
        return each
    values = merge_enum_values(merging, each.name, merging.sources(each.name), usage)
    return replace(each, values=values)


def _merge_kind(merging: Merging, name: str, sources: Sources) -> TypeKind | None:
    """The kind all agree on; an interface object counts as the interface it stands for."""
    objects = [subgraph for subgraph, each in sources.items() if each.is_interface_object]
    kinds = {
        TypeKind.INTERFACE if each.is_interface_object else each.kind for each in sources.values()
    }
    if len(kinds) > 1:
        told = ", ".join(
            f"{each.kind.value}{' (interface object)' if each.is_interface_object else ''}"
            f' in "{subgraph}"'
            for subgraph, each in sources.items()
        )
        merging.findings.error(
            "TYPE_KIND_MISMATCH",
            f'Type "{name}" is of several kinds: {told}',
            subgraphs=list(sources),
            at=name,
        )
        return None
    if len(objects) == len(sources):
        merging.findings.error(
            "INTERFACE_OBJECT_USAGE_ERROR",
            f'"{name}" is an @interfaceObject everywhere, an interface nowhere',
            subgraphs=objects,
            at=name,
        )
    return kinds.pop()


def _merge_type(merging: Merging, name: str, kind: TypeKind, sources: Sources) -> SupergraphType:

    has_fields = kind in {TypeKind.OBJECT, TypeKind.INTERFACE}
    return SupergraphType(
        name=name,
        kind=kind,
        joins=tuple(
            join
            for subgraph, declared in sources.items()
            for join in _type_joins(subgraph, declared)
        ),
        fields=merge_fields(merging, name, sources) if has_fields else {},
        input_fields=(
            merge_input_fields(merging, name, sources) if kind is TypeKind.INPUT_OBJECT else {}
        ),
        implements=tuple(
            (subgraph, interface)
            for subgraph, declared in sources.items()
            for interface in declared.interfaces
        ),
        members=tuple(
            (subgraph, member)
            for subgraph, declared in sources.items()
            for member in declared.members
        ),
        description=merge_descriptions(sources.values()),
        directives=merge_directives(merging, name, sources),
    )


def _type_joins(subgraph: str, declared: TypeDeclaration) -> Iterator[JoinType]:
    is_interface_object = declared.is_interface_object
    keys = list(declared.applied("key"))
    if not keys:
        yield JoinType(subgraph=subgraph, is_interface_object=is_interface_object)
    for key in keys:
        selections = selection_of(key)
        yield JoinType(
            subgraph=subgraph,
            key=None if selections is None else print_field_set(selections),
            is_extension=key.in_extension or declared.has("extends"),
            is_resolvable=key.arguments.get("resolvable", True) is not False,
            is_interface_object=is_interface_object,
        )
