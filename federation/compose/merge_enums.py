"""Merges enums by how they are used: values going in must be known to all subgraphs."""

from collections.abc import Iterable
from dataclasses import dataclass

from federation.compose.merge_directives import merge_directives
from federation.compose.merging import Merging, Sources, merge_descriptions
from federation.supergraph.model import EnumValue, SupergraphType


@dataclass(frozen=True, slots=True)
class EnumUsage:
    """Types that appear as inputs, and types that appear as results."""

    inputs: frozenset[str]
    outputs: frozenset[str]


def find_enum_usage(types: Iterable[SupergraphType]) -> EnumUsage:
    """Where each named type appears in the merged fields and arguments."""
    inputs, outputs = set[str](), set[str]()
    for owner in types:
        inputs.update(_named(each.type) for each in owner.input_fields.values())
        for field in owner.fields.values():
            outputs.add(_named(field.type))
            inputs.update(_named(each.type) for each in field.arguments.values())
    return EnumUsage(frozenset(inputs), frozenset(outputs))


def _named(type_text: str) -> str:
    return type_text.strip("[]!")


def merge_enum_values(
    merging: Merging, name: str, sources: Sources, usage: EnumUsage
) -> dict[str, EnumValue]:
    """All values of an enum only given out; the common ones of one that is taken in."""
    is_input, is_output = name in usage.inputs, name in usage.outputs
    merged: dict[str, EnumValue] = {}
    for value in dict.fromkeys(value for each in sources.values() for value in each.values):
        merged_value = _merge_value(merging, name, value, sources)
        if (
            len(merged_value.subgraphs) == len(sources)
            or not is_input
            or _is_hidden(merging, merged_value)
        ):
            merged[value] = merged_value
        elif is_output:
            merged[value] = merged_value
            _note_disagreement(merging, f"{name}.{value}", merged_value, sources)
        else:
            merging.findings.hint(
                "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM",
                f'"{name}.{value}" is left out: not every subgraph knows it',
                subgraphs=merged_value.subgraphs,
                at=f"{name}.{value}",
            )
    if not merged:
        merging.findings.error(
            "EMPTY_MERGED_ENUM_TYPE",
            f'No value of enum "{name}" is in all its subgraphs',
            subgraphs=list(sources),
            at=name,
        )
    return merged


def _merge_value(merging: Merging, name: str, value: str, sources: Sources) -> EnumValue:
    declared = {
        subgraph: each.values[value] for subgraph, each in sources.items() if value in each.values
    }
    return EnumValue(
        name=value,
        subgraphs=tuple(declared),
        description=merge_descriptions(declared.values()),
        directives=merge_directives(merging, f"{name}.{value}", declared),
    )


def _is_hidden(merging: Merging, value: EnumValue) -> bool:
    """A value that clients never see need not be known everywhere."""
    hidden = merging.spec_names["inaccessible"]
    return any(node.name.value == hidden for node in value.directives)


def _note_disagreement(
    merging: Merging, coordinate: str, value: EnumValue, sources: Sources
) -> None:
    missing = [subgraph for subgraph in sources if subgraph not in value.subgraphs]
    merging.findings.error(
        "ENUM_VALUE_MISMATCH",
        f'"{coordinate}" is missing in {", ".join(missing)}, though the enum is both'
        " taken in and given out",
        subgraphs=value.subgraphs,
        at=coordinate,
    )
