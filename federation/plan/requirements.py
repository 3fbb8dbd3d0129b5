"""Turns the field sets of keys and requirements into selections that paths are found for."""

from collections.abc import Mapping

from federation.graph.requirement import FieldSet, RequiredField
from federation.operation.interface_fields import InterfaceFields
from federation.operation.model import Field, SelectionSet, Variant
from federation.supergraph.model import Supergraph, TypeKind

TREE_PREFIX = "_need_"
"""Begins keys in the tree whose plain name a client uses for something else."""


class Requirements:
    """Selections for the field sets of one operation, each made once."""

    def __init__(
        self,
        supergraph: Supergraph,
        interface_fields: InterfaceFields,
        taken: Mapping[str, frozenset[str]],
    ) -> None:
        self._types = supergraph.types
        self._interface_fields = interface_fields
        self._taken = taken
        """Response keys that clients put something else under."""
        self._keys: dict[tuple[str, str], str] = {}
        self._made: dict[tuple[str, FieldSet], SelectionSet] = {}

    def selections(self, type_name: str, field_set: FieldSet) -> SelectionSet:
        """The selections that a field set stands for on a type."""
        place = (type_name, field_set)
        made = self._made.get(place)
        if made is None:
            made = self._made[place] = self._select(type_name, field_set)
        return made

    def _select(self, type_name: str, field_set: FieldSet) -> SelectionSet:
        type_ = self._types[type_name]
        if type_.kind is TypeKind.OBJECT:
            opened = field_set.within(type_name)
            for interface in {name for _, name in type_.implements}:
                opened = opened.union(field_set.within(interface))
            return SelectionSet(
                type_name=type_name,
                fields=tuple(self._field(type_name, each) for each in opened.fields),
            )
        uniform = tuple(
            each
            for each in field_set.fields
            if each.name == "__typename" or self._interface_fields.is_uniform(type_name, each.name)
        )
        spread = FieldSet(tuple(f for f in field_set.fields if f not in uniform))
        variants = {
            name: self._select(name, self._within(name, field_set).union(spread)).fields
            for name in self._object_types(type_name)
            if spread.fields or self._within(name, field_set).fields
        }
        return SelectionSet(
            type_name=type_name,
            fields=tuple(self._field(type_name, each) for each in uniform),
            variants=tuple(
                Variant(type_name=name, fields=fields) for name, fields in sorted(variants.items())
            ),
        )

    def _within(self, object_type: str, field_set: FieldSet) -> FieldSet:
        """What the fragments of a field set say of one object type."""
        names = {object_type, *(name for _, name in self._types[object_type].implements)}
        found = FieldSet()
        for name, variant in field_set.variants:
            if name in names:
                found = found.union(variant)
        return found

    def _object_types(self, type_name: str) -> list[str]:
        members = {member for _, member in self._types[type_name].members}
        implementing = {
            other.name
            for other in self._types.values()
            if other.kind is TypeKind.OBJECT
            and any(interface == type_name for _, interface in other.implements)
        }
        return sorted(members | implementing)

    def _field(self, type_name: str, required: RequiredField) -> Field:
        selections = None
        if required.selections is not None:
            definition = self._types[type_name].fields[required.name]
            selections = self.selections(definition.type.strip("[]!"), required.selections)
        return Field(
            name=required.name,
            key=self._key(required),
            arguments=required.arguments,
            selections=selections,
            is_client=False,
        )

    def _key(self, required: RequiredField) -> str:
        """Where the tree keeps the value: the plain name unless that is ambiguous."""
        place = (required.name, required.arguments)
        if place not in self._keys:
            if not required.arguments and required.name not in self._taken:
                self._keys[place] = required.name
            else:
                self._keys[place] = f"{TREE_PREFIX}{len(self._keys)}_{required.name}"
        return self._keys[place]
