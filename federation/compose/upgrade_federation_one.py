"""Reads Federation 1 subgraphs by the rules of Federation 2."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    NameNode,
    StringValueNode,
)

from federation.compose.field_sets import (
    Coordinate,
    FieldRoles,
    keep_fields,
    selection_of,
    touched_fields,
)
from federation.compose.findings import Findings
from federation.compose.subgraph import (
    Applied,
    FieldDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)
from federation.supergraph.model import TypeKind
from federation.vocabulary.field_set import print_field_set


def upgrade_federation_one(
    schemas: Sequence[SubgraphSchema], findings: Findings
) -> list[SubgraphSchema]:
    """The same subgraphs, where those of Federation 1 lost what no longer means anything."""
    _check_interface_keys(schemas, findings)
    return [
        _upgrade(schema, schemas, findings) if schema.is_federation_one else schema
        for schema in schemas
    ]


def _check_interface_keys(schemas: Sequence[SubgraphSchema], findings: Findings) -> None:
    """An interface object needs an interface with a key, which Federation 1 does not have."""
    keyed: dict[str, set[bool]] = {}
    for schema in schemas:
        for owner in schema.types.values():
            if owner.kind is TypeKind.INTERFACE and owner.has("key"):
                keyed.setdefault(owner.name, set()).add(schema.is_federation_one)
    for schema in schemas:
        for owner in schema.types.values():
            if owner.is_interface_object and keyed.get(owner.name) == {True}:
                findings.error(
                    "INTERFACE_OBJECT_USAGE_ERROR",
                    f'"{owner.name}" is an @interfaceObject, but only subgraphs of'
                    " Federation 1 have a key on the interface",
                    subgraphs=[schema.name],
                    at=owner.name,
                )


def _upgrade(
    schema: SubgraphSchema, all_schemas: Sequence[SubgraphSchema], findings: Findings
) -> SubgraphSchema:
    owned = {
        (name, field)
        for name, owner in schema.types.items()
        if owner.is_extension
        for field in _key_fields(name, schema, all_schemas)
    }
    schema = _map_types(schema, lambda owner: _upgrade_type(owner, owned))
    schema = _map_types(schema, lambda owner: _drop_inactive(schema, owner))
    return _drop_unused_externals(schema, findings)


def _map_types(
    schema: SubgraphSchema, change: Callable[[TypeDeclaration], TypeDeclaration]
) -> SubgraphSchema:
    return replace(schema, types={name: change(owner) for name, owner in schema.types.items()})


def _key_fields(
    type_name: str, schema: SubgraphSchema, all_schemas: Sequence[SubgraphSchema]
) -> set[str]:
    """Fields of a type's own keys; without any, of the keys it has in other subgraphs."""
    own = _key_fields_in(schema, type_name)
    if own or schema.types[type_name].has("key"):
        return own
    return {name for other in all_schemas for name in _key_fields_in(other, type_name)}


def _key_fields_in(schema: SubgraphSchema, type_name: str) -> set[str]:
    owner = schema.types.get(type_name)
    return {
        name
        for key in (owner.applied("key") if owner else ())
        if (selections := selection_of(key)) is not None
        for touched, name in touched_fields(schema, type_name, selections)
        if touched == type_name
    }


def _upgrade_type(owner: TypeDeclaration, owned: set[Coordinate]) -> TypeDeclaration:
    """An extension becomes a definition; interfaces lose what only objects can have."""
    is_interface = owner.kind is TypeKind.INTERFACE
    dropped = {"key"} if is_interface else set[str]()
    fields = {}
    for name, field in owner.fields.items():
        unmeant = {"external", "requires", "provides"} if is_interface else set()
        if (owner.name, name) in owned:
            unmeant = {"external"}
        fields[name] = replace(
            field, directives=_without(field.directives, unmeant), in_extension=False
        )
    directives = tuple(
        replace(each, in_extension=False) for each in _without(owner.directives, dropped)
    )
    return replace(owner, is_extension=False, directives=directives, fields=fields)


def _without(directives: Sequence[Applied], names: set[str]) -> tuple[Applied, ...]:
    return tuple(each for each in directives if not (each.is_federation and each.name in names))


def _drop_inactive(schema: SubgraphSchema, owner: TypeDeclaration) -> TypeDeclaration:
    """Keep of `@requires` and `@provides` what is @external; without any, drop them."""
    return replace(
        owner,
        fields={
            name: replace(field, directives=_active(schema, owner, field))
            for name, field in owner.fields.items()
        },
    )


def _active(
    schema: SubgraphSchema, owner: TypeDeclaration, field: FieldDeclaration
) -> tuple[Applied, ...]:
    kept = []
    for each in field.directives:
        if not each.is_federation or each.name not in {"requires", "provides"}:
            kept.append(each)
            continue
        parent = owner.name if each.name == "requires" else field.type.name
        selections = selection_of(each)
        if selections is None:
            kept.append(each)  # the check of field sets will say what is wrong with it
            continue
        remaining = keep_fields(schema, parent, selections, _is_external)
        if remaining is not None:
            kept.append(_with_fields(each, print_field_set(remaining)))
    return tuple(kept)


def _is_external(field: FieldDeclaration) -> bool:
    return field.has("external")


def _with_fields(applied: Applied, text: str) -> Applied:
    argument = ConstArgumentNode(name=NameNode(value="fields"), value=StringValueNode(value=text))
    return replace(
        applied,
        arguments={"fields": text},
        node=ConstDirectiveNode(name=applied.node.name, arguments=(argument,)),
    )


def _drop_unused_externals(schema: SubgraphSchema, findings: Findings) -> SubgraphSchema:
    roles = FieldRoles(schema)
    types = {}
    for name, owner in schema.types.items():
        fields = {
            each.name: each
            for each in owner.fields.values()
            if not each.has("external") or roles.is_used(name, each.name)
        }
        if owner.fields and not fields:
            findings.error(
                "TYPE_WITH_ONLY_UNUSED_EXTERNAL",
                f'All fields of "{name}" are @external, and none of them is used',
                subgraphs=[schema.name],
                at=name,
            )
        types[name] = replace(owner, fields=fields)
    return replace(schema, types=types)
