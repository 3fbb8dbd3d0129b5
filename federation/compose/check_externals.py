"""Checks `@external` declarations against what the resolving subgraphs declare."""

from collections.abc import Collection, Mapping

from graphql import print_ast

from federation.compose.merging import Merging
from federation.compose.subgraph import FieldDeclaration
from federation.compose.type_reference import TypeReference, merge_output_types
from federation.supergraph.model import InputValue


def check_externals(
    merging: Merging,
    coordinate: str,
    externals: Mapping[str, FieldDeclaration],
    types: Collection[TypeReference],
    merged: TypeReference,
    arguments: Mapping[str, InputValue],
) -> None:
    """An external field has the type and the arguments that it has elsewhere.

    Where the subgraphs that resolve it differ in type, a narrower one than the merged will do.
    """
    for subgraph, field in externals.items():
        is_narrower = merge_output_types(merged, field.type, merging.is_subtype) == merged
        if field.type != merged and not (is_narrower and len(types) > 1):
            merging.findings.error(
                "EXTERNAL_TYPE_MISMATCH",
                f'"{coordinate}" is @external with type {field.type}, but is {merged}',
                subgraphs=[subgraph],
                at=coordinate,
            )
        for argument in arguments.values():
            _check_argument(merging, coordinate, subgraph, field, argument)


def _check_argument(
    merging: Merging,
    coordinate: str,
    subgraph: str,
    field: FieldDeclaration,
    argument: InputValue,
) -> None:
    at = f"{coordinate}({argument.name}:)"
    declared = field.arguments.get(argument.name)
    if declared is None:
        merging.findings.error(
            "EXTERNAL_ARGUMENT_MISSING",
            f'"{coordinate}" is @external without argument "{argument.name}"',
            subgraphs=[subgraph],
            at=at,
        )
    elif str(declared.type) != argument.type and str(declared.type.nullable) != argument.type:
        merging.findings.error(
            "EXTERNAL_ARGUMENT_TYPE_MISMATCH",
            f'"{at}" is @external with type {declared.type}, but is {argument.type}',
            subgraphs=[subgraph],
            at=at,
        )
    elif (declared.default and print_ast(declared.default)) != argument.default:
        merging.findings.error(
            "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH",
            f'"{at}" is @external with another default than elsewhere',
            subgraphs=[subgraph],
            at=at,
        )
