"""Finds what subgraphs say differently without contradicting each other."""

from collections.abc import Iterator, Mapping

from federation.compose.merge_enums import EnumUsage
from federation.compose.merging import Merging, Sources
from federation.compose.subgraph import Element
from federation.supergraph.model import SupergraphField, SupergraphType, TypeKind

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def find_hints(merging: Merging, types: Mapping[str, SupergraphType], usage: EnumUsage) -> None:
    """Note every inconsistency that is no error, and overrides that are done or under way."""
    for merged in types.values():
        sources = merging.sources(merged.name)
        _hint_descriptions(merging, merged.name, sources)
        for name in merged.fields:
            declared = {
                subgraph: each.fields[name]
                for subgraph, each in sources.items()
                if name in each.fields
            }
            _hint_descriptions(merging, f"{merged.name}.{name}", declared)
            _hint_field_types(merging, merged, merged.fields[name])
        _hint_input_types(merging, merged, sources)
        for code, at, having in _missing_parts(merged, sources, usage):
            missing = [subgraph for subgraph in sources if subgraph not in having]
            merging.findings.hint(
                code,
                f'"{at}" is not in {", ".join(missing)}',
                subgraphs=having,
                at=at,
            )
    _hint_overrides(merging)


def _hint_descriptions(merging: Merging, at: str, declared: Mapping[str, Element]) -> None:
    described = {name: each for name, each in declared.items() if each.description}
    if len({each.description for each in described.values()}) > 1:
        merging.findings.hint(
            "INCONSISTENT_DESCRIPTION",
            f'"{at}" is described differently; what most subgraphs say is taken',
            subgraphs=list(described),
            at=at,
        )


def _hint_field_types(merging: Merging, owner: SupergraphType, field: SupergraphField) -> None:
    differing = [join.subgraph for join in field.joins if join.type and not join.is_external]
    if differing:
        merging.findings.hint(
            "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
            f'"{owner.name}.{field.name}" has several types, which {field.type} covers',
            subgraphs=[name for name in differing if name],
            at=f"{owner.name}.{field.name}",
        )


def _hint_input_types(merging: Merging, merged: SupergraphType, sources: Sources) -> None:
    for name, value in merged.input_fields.items():
        if value.joins:
            merging.findings.hint(
                "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE",
                f'"{merged.name}.{name}" has several types; {value.type} satisfies all',
                subgraphs=list(sources),
                at=f"{merged.name}.{name}",
            )


def _missing_parts(
    merged: SupergraphType, sources: Sources, usage: EnumUsage
) -> Iterator[tuple[str, str, list[str]]]:
    """Code, coordinate and subgraphs of each part that only some subgraphs know."""
    keyed = [subgraph for subgraph, each in sources.items() if each.has("key")]
    if merged.kind is TypeKind.OBJECT and 0 < len(keyed) < len(sources):
        yield "INCONSISTENT_ENTITY", merged.name, keyed
    for name in dict.fromkeys(name for _, name in merged.members):
        having = [subgraph for subgraph, member in merged.members if member == name]
        if len(having) < len(sources):
            yield "INCONSISTENT_UNION_MEMBER", f"{merged.name}.{name}", having
    if merged.kind is TypeKind.ENUM and merged.name not in usage.inputs:
        if merged.name not in usage.outputs:
            yield "UNUSED_ENUM_TYPE", merged.name, list(sources)
        for value in merged.values.values():
            if len(value.subgraphs) < len(sources):
                yield (
                    "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM",
                    f"{merged.name}.{value.name}",
                    list(value.subgraphs),
                )
    if not keyed and merged.name not in _ROOTS:
        kind = "INTERFACE" if merged.kind is TypeKind.INTERFACE else "OBJECT"
        for name in merged.fields:
            having = [subgraph for subgraph, each in sources.items() if name in each.fields]
            if 0 < len(having) < len(sources):
                yield f"INCONSISTENT_{kind}_VALUE_TYPE_FIELD", f"{merged.name}.{name}", having


def _hint_overrides(merging: Merging) -> None:
    for (subgraph, owner, name), label in merging.overrides.labels.items():
        at = f"{owner}.{name}"
        if label is None:
            merging.findings.hint(
                "OVERRIDDEN_FIELD_CAN_BE_REMOVED",
                f'"{at}" is overridden for good',
                subgraphs=[subgraph],
                at=at,
            )
        else:
            merging.findings.hint(
                "OVERRIDE_MIGRATION_IN_PROGRESS",
                f'"{at}" is overridden where "{label}" is on',
                subgraphs=[subgraph],
                at=at,
            )
