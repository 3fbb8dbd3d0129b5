"""Which fields of an abstract type can be asked for without naming its object types."""

from collections.abc import Iterable

from federation.supergraph.model import Supergraph, SupergraphField, SupergraphType


class InterfaceFields:
    """Answers whether an interface's field means the same in every subgraph.

    A field stays on the interface where each subgraph with the interface resolves it for all
    object types it knows, or where an interface object contributes it. Anything else is
    spread over the object types, each of which finds its own way.
    """

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._answers: dict[tuple[str, str], bool] = {}

    def is_uniform(self, interface: str, field_name: str) -> bool:
        """Whether the field may stay on the interface."""
        place = (interface, field_name)
        if place not in self._answers:
            self._answers[place] = self._find(*place)
        return self._answers[place]

    def _find(self, interface: str, field_name: str) -> bool:
        type_ = self._types.get(interface)
        field = type_.fields.get(field_name) if type_ else None
        if type_ is None or field is None:
            return False
        real = {join.subgraph for join in type_.joins if not join.is_interface_object}
        stand_ins = {join.subgraph for join in type_.joins if join.is_interface_object}
        resolving = resolving_subgraphs(type_, field)
        if stand_ins & resolving and not real & resolving:
            return True
        return real <= resolving and all(
            subgraph in resolving_subgraphs(object_type, object_type.fields[field_name])
            for subgraph in real
            for object_type in self._object_types(interface, subgraph)
            if field_name in object_type.fields
        )

    def _object_types(self, interface: str, subgraph: str) -> Iterable[SupergraphType]:
        for type_ in self._types.values():
            if (subgraph, interface) in type_.implements:
                yield type_


def resolving_subgraphs(type_: SupergraphType, field: SupergraphField) -> set[str]:
    """Subgraphs that resolve the field on their own: not external, no requirement."""
    if not field.joins:
        return {join.subgraph for join in type_.joins}
    return {
        join.subgraph
        for join in field.joins
        if join.subgraph is not None
        and not join.is_external
        and not join.requires
        and not join.context_arguments
        and not (join.used_overridden and not join.override_label)
        and not (join.override and join.override_label)
    }
