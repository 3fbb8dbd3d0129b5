"""Checks that a field resolved by several subgraphs is shareable in each of them."""

from federation.compose.field_sets import Coordinate
from federation.compose.merging import Merging
from federation.compose.subgraph import FieldDeclaration
from federation.supergraph.model import TypeKind


def check_sharing(merging: Merging) -> None:
    """Note INVALID_FIELD_SHARING for each field of an object type that breaks the rule."""
    declared: dict[Coordinate, dict[str, FieldDeclaration]] = {}
    for subgraph, schema in merging.subgraphs.items():
        for owner in schema.types.values():
            if owner.kind is TypeKind.OBJECT and not owner.is_interface_object:
                for field in owner.fields.values():
                    declared.setdefault((owner.name, field.name), {})[subgraph] = field
    for (owner_name, name), fields in declared.items():
        _check_field(merging, owner_name, name, fields)


def _check_field(
    merging: Merging, owner: str, name: str, declared: dict[str, FieldDeclaration]
) -> None:
    resolvers = {
        subgraph: merging.roles[subgraph].is_shareable(
            owner, field, is_declared_elsewhere=len(declared) > 1
        )
        for subgraph, field in declared.items()
        if merging.roles[subgraph].is_resolved(owner, field)
        and (subgraph, owner, name) not in merging.overrides.labels
    }
    for subgraph, field in merging.interface_object_fields(owner, name).items():
        roles = merging.roles[subgraph]
        interface = _interface_object_with(merging, subgraph, owner, name)
        if subgraph not in resolvers and roles.is_resolved(interface, field):
            resolvers[subgraph] = roles.is_shareable(interface, field)
    closed = [subgraph for subgraph, is_shareable in resolvers.items() if not is_shareable]
    if len(resolvers) > 1 and closed:
        told = ", ".join(f'"{subgraph}"' for subgraph in resolvers)
        merging.findings.error(
            "INVALID_FIELD_SHARING",
            f'"{owner}.{name}" is resolved by {told}, but is not @shareable in {", ".join(closed)}',
            subgraphs=list(resolvers),
            at=f"{owner}.{name}",
        )


def _interface_object_with(merging: Merging, subgraph: str, owner: str, name: str) -> str:
    types = merging.subgraphs[subgraph].types
    return next(
        interface
        for interface in merging.interfaces_of(owner)
        if interface in types
        and types[interface].is_interface_object
        and name in types[interface].fields
    )
