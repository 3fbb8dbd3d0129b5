"""Gives the fields of interface objects to every type that implements the interface."""

from collections.abc import Mapping
from dataclasses import replace

from federation.compose.merging import Merging
from federation.supergraph.model import (
    JoinField,
    SupergraphField,
    SupergraphType,
    TypeKind,
)


def add_interface_object_fields(
    merging: Merging, types: Mapping[str, SupergraphType]
) -> dict[str, SupergraphType]:
    """The same types, where implementations have every field their interfaces gained.

    A field added so is resolved by no subgraph at the object type itself: its join names none.
    """
    return {name: _complete(merging, types, each) for name, each in types.items()}


def _complete(
    merging: Merging, types: Mapping[str, SupergraphType], owner: SupergraphType
) -> SupergraphType:
    if owner.kind is not TypeKind.OBJECT:
        return owner
    added = {
        name: replace(field, joins=(JoinField(),))
        for interface in merging.interfaces_of(owner.name)
        for name, field in _gained_fields(types.get(interface)).items()
        if name not in owner.fields
    }
    return replace(owner, fields={**owner.fields, **added}) if added else owner


def _gained_fields(interface: SupergraphType | None) -> Mapping[str, SupergraphField]:
    if interface is None or not any(join.is_interface_object for join in interface.joins):
        return {}
    return interface.fields
