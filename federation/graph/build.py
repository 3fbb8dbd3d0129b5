"""Builds the join graph of a supergraph."""

from collections.abc import Iterable, Iterator

from federation.errors import FederationError
from federation.graph.join_graph import ContextUse, JoinGraph, SubgraphField, SubgraphType
from federation.graph.requirement import FieldSet, read_field_set
from federation.supergraph.model import (
    JoinField,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeKind,
)
from federation.vocabulary.field_set import FieldSetError

_COMPOSITE = (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)
_KeyFields = dict[tuple[str, str, str], bool]
"""(subgraph, type, field) of all that keys are made of; True for the key of an extension."""


def build_join_graph(supergraph: Supergraph) -> JoinGraph:
    """Build the graph, with progressive overrides not active.

    Raises:
        FederationError: a field set cannot be read (code INVALID_SUPERGRAPH).
    """
    try:
        key_fields = _find_key_fields(supergraph)
        types = {
            (type_.name, subgraph): _build_type(supergraph, type_, subgraph, key_fields)
            for type_ in supergraph.types.values()
            if type_.kind in _COMPOSITE
            for subgraph in dict.fromkeys(join.subgraph for join in type_.joins)
        }
    except FieldSetError as fault:
        raise FederationError(str(fault), code="INVALID_SUPERGRAPH") from fault
    homes: dict[str, list[str]] = {}
    for name, subgraph in types:
        homes.setdefault(name, []).append(subgraph)
    return JoinGraph(
        types=types,
        homes={name: tuple(sorted(subgraphs)) for name, subgraphs in homes.items()},
        stand_ins=_find_stand_ins(supergraph),
        root_types={
            name.lower(): name
            for name in ("Query", "Mutation", "Subscription")
            if name in supergraph.types
        },
        contexts=_find_contexts(supergraph),
    )


def _build_type(
    supergraph: Supergraph, type_: SupergraphType, subgraph: str, key_fields: _KeyFields
) -> SubgraphType:
    joins = [join for join in type_.joins if join.subgraph == subgraph]
    is_interface_object = any(join.is_interface_object for join in joins)
    return SubgraphType(
        name=type_.name,
        subgraph=subgraph,
        is_abstract=type_.kind is not TypeKind.OBJECT and not is_interface_object,
        is_interface_object=is_interface_object,
        fields={
            field.name: _build_field(supergraph, type_.name, field, join, key_fields)
            for field in type_.fields.values()
            if (join := _join_of(type_, field, subgraph)) is not None
        },
        keys=tuple(read_field_set(join.key) for join in joins if join.key and join.is_resolvable),
        object_types=frozenset(_object_types(supergraph, type_, subgraph)),
    )


def _join_of(type_: SupergraphType, field: SupergraphField, subgraph: str) -> JoinField | None:
    """How the subgraph takes part in the field; None where it does not know it."""
    if not field.joins:
        return JoinField(subgraph=subgraph)
    return next((join for join in field.joins if join.subgraph == subgraph), None)


def _build_field(
    supergraph: Supergraph,
    parent: str,
    field: SupergraphField,
    join: JoinField,
    key_fields: _KeyFields,
) -> SubgraphField:
    type_text = join.type or field.type
    name = type_text.strip("[]!")
    type_ = supergraph.types.get(name)
    is_leaf = type_ is None or type_.kind not in _COMPOSITE
    waits_for_label = bool(join.override and join.override_label)
    in_extension_key = key_fields.get((join.subgraph or "", parent, field.name))
    is_lent = (join.is_external and not in_extension_key) or (
        join.used_overridden and not join.override_label and in_extension_key is None
    )
    return SubgraphField(
        name=field.name,
        type_name=name,
        is_leaf=is_leaf,
        list_depth=type_text.count("["),
        shape=type_text if is_leaf else type_text.replace(name, "_"),
        is_resolvable=not is_lent and not waits_for_label,
        requires=read_field_set(join.requires) if join.requires else None,
        provides=read_field_set(join.provides) if join.provides else None,
        contexts=tuple(
            ContextUse(each.name, each.type, each.context, read_field_set(each.selection))
            for each in join.context_arguments
        ),
    )


def _find_key_fields(supergraph: Supergraph) -> _KeyFields:
    """An extension can tell the external fields of its key, since references bring them."""
    found: _KeyFields = {}
    for type_ in supergraph.types.values():
        for join in type_.joins:
            key = read_field_set(join.key) if join.key else FieldSet()
            for place in _walk_key(supergraph, join.subgraph, type_, key):
                found[place] = found.get(place, False) or join.is_extension
    return found


def _walk_key(
    supergraph: Supergraph, subgraph: str, type_: SupergraphType, key: FieldSet
) -> Iterator[tuple[str, str, str]]:
    for required in key.fields:
        yield (subgraph, type_.name, required.name)
        field = type_.fields.get(required.name)
        inner = supergraph.types.get(field.type.strip("[]!")) if field else None
        if required.selections and inner:
            yield from _walk_key(supergraph, subgraph, inner, required.selections)
    for name, variant in key.variants:
        if name in supergraph.types:
            yield from _walk_key(supergraph, subgraph, supergraph.types[name], variant)


def _object_types(supergraph: Supergraph, type_: SupergraphType, subgraph: str) -> Iterable[str]:
    if type_.kind is TypeKind.UNION:
        return (name for where, name in type_.members if where == subgraph)
    if type_.kind is TypeKind.INTERFACE:
        return (
            other.name
            for other in supergraph.types.values()
            if other.kind is TypeKind.OBJECT and (subgraph, type_.name) in other.implements
        )
    return ()


def _find_stand_ins(
    supergraph: Supergraph,
) -> dict[str, tuple[tuple[str, str], ...]]:
    interface_objects = [
        (type_.name, join.subgraph)
        for type_ in supergraph.types.values()
        for join in type_.joins
        if join.is_interface_object
    ]
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for type_ in supergraph.types.values():
        interfaces = {interface for _, interface in type_.implements}
        places = {place for place in interface_objects if place[0] in interfaces}
        if type_.kind is TypeKind.OBJECT and places:
            found[type_.name] = tuple(sorted(places))
    return found


def _find_contexts(supergraph: Supergraph) -> dict[str, frozenset[str]]:
    """What each type sets, itself or by what it implements or is a member of."""
    found: dict[str, set[str]] = {}
    for type_ in supergraph.types.values():
        if type_.contexts:
            for name in {type_.name, *_members(supergraph, type_)}:
                found.setdefault(name, set()).update(type_.contexts)
    return {name: frozenset(contexts) for name, contexts in found.items()}


def _members(supergraph: Supergraph, type_: SupergraphType) -> Iterator[str]:
    yield from (member for _, member in type_.members)
    for other in supergraph.types.values():
        if any(interface == type_.name for _, interface in other.implements):
            yield other.name
