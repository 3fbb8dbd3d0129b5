"""Asks of callers what is asked elsewhere for the same data: by implementations, and for them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from federation.compose.merge_directives import with_guards
from federation.compose.merging import Merging
from federation.compose.subgraph import Element, TypeDeclaration
from federation.supergraph.model import SupergraphType, TypeKind


def spread_guards(
    merging: Merging, types: Mapping[str, SupergraphType]
) -> dict[str, SupergraphType]:
    """The same types with the guards of others.

    upwards     an interface, and each of its fields, asks for what any implementation asks
    downwards   a field of an object type asks for what interface objects ask that resolve it
    """
    return {name: _spread(merging, each) for name, each in types.items()}


def _spread(merging: Merging, owner: SupergraphType) -> SupergraphType:
    if owner.kind is TypeKind.INTERFACE:
        return _guard_interface(merging, owner)
    if owner.kind is not TypeKind.OBJECT:
        return owner
    guarded = {
        name: replace(
            field,
            directives=with_guards(merging, field.directives, _resolved(merging, owner, name)),
        )
        for name, field in owner.fields.items()
        if merging.interface_object_fields(owner.name, name)
    }
    return replace(owner, fields={**owner.fields, **guarded}) if guarded else owner


def _resolved(merging: Merging, owner: SupergraphType, field_name: str) -> list[Element]:
    """Every declaration that an object type's field is resolved by."""
    through = merging.interface_object_fields(owner.name, field_name).values()
    return [*_declared(merging, owner.name, field_name), *through]


def _guard_interface(merging: Merging, interface: SupergraphType) -> SupergraphType:
    implementations = _implementations(merging, interface.name)
    declared: list[TypeDeclaration] = [
        each
        for name in (interface.name, *implementations)
        for each in merging.sources(name).values()
    ]
    fields = {}
    for name, field in interface.fields.items():
        elements = list(_declared(merging, interface.name, name))
        for each in implementations:
            elements += _declared(merging, each, name)
            elements += merging.interface_object_fields(each, name).values()
        fields[name] = replace(field, directives=with_guards(merging, field.directives, elements))
    directives = with_guards(merging, interface.directives, declared)
    return replace(interface, directives=directives, fields=fields)


def _implementations(merging: Merging, interface: str) -> list[str]:
    """Every object type that implements the interface anywhere."""
    return sorted(
        {
            each.name
            for schema in merging.subgraphs.values()
            for each in schema.implementations(interface)
        }
    )


def _declared(merging: Merging, owner: str, field_name: str) -> Iterator[Element]:
    """A field as the subgraphs declare it that resolve it."""
    for subgraph, declared in merging.sources(owner).items():
        field = declared.fields.get(field_name)
        if field is not None and not merging.roles[subgraph].is_external(owner, field):
            yield field
