"""Asks of callers of an interface what any of its implementations asks."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from federation.compose.merge_directives import merge_guards
from federation.compose.merging import Merging
from federation.compose.subgraph import FieldDeclaration, TypeDeclaration
from federation.supergraph.model import SupergraphField, SupergraphType, TypeKind


def guard_interfaces(
    merging: Merging, types: Mapping[str, SupergraphType]
) -> dict[str, SupergraphType]:
    """The same types; interfaces and their fields carry their implementations' guards."""
    return {
        name: _guard(merging, each) if each.kind is TypeKind.INTERFACE else each
        for name, each in types.items()
    }


def _guard(merging: Merging, interface: SupergraphType) -> SupergraphType:
    implementations = list(_implementations(merging, interface.name))
    return replace(
        interface,
        directives=merge_guards(merging, implementations) + interface.directives,
        fields={
            name: _guard_field(merging, field, implementations)
            for name, field in interface.fields.items()
        },
    )


def _implementations(merging: Merging, interface: str) -> Iterator[TypeDeclaration]:
    """Every declaration of every object type that implements the interface anywhere."""
    names = {
        each.name
        for schema in merging.subgraphs.values()
        for each in schema.implementations(interface)
    }
    for schema in merging.subgraphs.values():
        for name in sorted(names):
            if name in schema.types:
                yield schema.types[name]


def _guard_field(
    merging: Merging, field: SupergraphField, implementations: list[TypeDeclaration]
) -> SupergraphField:
    declared: list[FieldDeclaration] = [
        each.fields[field.name] for each in implementations if field.name in each.fields
    ]
    return replace(field, directives=merge_guards(merging, declared) + field.directives)
