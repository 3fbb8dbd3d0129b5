"""Checks that subgraphs which share a field can answer with the same types."""

from collections.abc import Mapping
from functools import reduce

from federation.compose.merging import Merging
from federation.compose.subgraph import SubgraphSchema
from federation.supergraph.model import SupergraphType, TypeKind


def check_runtime_types(merging: Merging, owner: SupergraphType) -> None:
    """Note fields of abstract type whose resolvers have no possible type in common."""
    if owner.kind is not TypeKind.OBJECT:
        return
    for name in owner.fields:
        possible = {}
        for subgraph, declared in merging.sources(owner.name).items():
            field = declared.fields.get(name)
            if (
                field is not None
                and merging.roles[subgraph].is_resolved(owner.name, field)
                and not merging.overrides.is_overridden(subgraph, owner.name, name)
            ):
                types = _runtime_types(merging.subgraphs[subgraph], field.type.name)
                if types is not None:
                    possible[subgraph] = types
        if len(set(possible.values())) > 1:
            _tell(merging, f"{owner.name}.{name}", possible)


def _tell(merging: Merging, at: str, possible: Mapping[str, frozenset[str]]) -> None:
    """An error where nothing is in common, else a hint."""
    if reduce(frozenset.intersection, possible.values()):
        merging.findings.hint(
            "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN",
            f'"{at}" can be types that not all of its subgraphs know',
            subgraphs=list(possible),
            at=at,
        )
    else:
        merging.findings.error(
            "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES",
            f'"{at}" can be no type that all of its subgraphs know',
            subgraphs=list(possible),
            at=at,
        )


def _runtime_types(schema: SubgraphSchema, name: str) -> frozenset[str] | None:
    """Object types that a value may be; None where any may come, or no object at all."""
    declared = schema.types.get(name)
    if declared is None or declared.is_interface_object:
        return None
    if declared.kind is TypeKind.UNION:
        return frozenset(declared.members)
    if declared.kind is TypeKind.INTERFACE:
        return frozenset(each.name for each in schema.implementations(name))
    return frozenset({name}) if declared.kind is TypeKind.OBJECT else None
