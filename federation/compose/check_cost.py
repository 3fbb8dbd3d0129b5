"""Checks `@cost` and `@listSize` in one subgraph."""

from typing import Any

from federation.compose.findings import Findings
from federation.compose.subgraph import FieldDeclaration, SubgraphSchema, TypeDeclaration
from federation.compose.type_reference import TypeReference
from federation.supergraph.model import TypeKind


def check_cost(schema: SubgraphSchema, findings: Findings) -> None:
    """Note every cost or list size that cannot be meant."""
    for owner in schema.types.values():
        for field in owner.fields.values():
            at = f"{owner.name}.{field.name}"
            if owner.kind is TypeKind.INTERFACE and field.has("cost"):
                findings.error(
                    "COST_APPLIED_TO_INTERFACE_FIELD",
                    f'"{at}": @cost belongs on the fields of objects',
                    subgraphs=[schema.name],
                    at=at,
                )
            applied = field.find("listSize")
            if applied is not None:
                for code, reason in _list_size_faults(schema, owner, field, applied.arguments):
                    findings.error(
                        code, f'"{at}": @listSize {reason}', subgraphs=[schema.name], at=at
                    )


def _list_size_faults(
    schema: SubgraphSchema,
    owner: TypeDeclaration,
    field: FieldDeclaration,
    arguments: Any,  # the values of one directive, as the subgraph's author wrote them
) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    sized = arguments.get("sizedFields")
    if sized is None and field.type.item is None:
        faults.append(("LIST_SIZE_APPLIED_TO_NON_LIST", f"on {field.type}, which is no list"))
    assumed = arguments.get("assumedSize")
    if isinstance(assumed, int) and assumed < 0:
        faults.append(("LIST_SIZE_INVALID_ASSUMED_SIZE", "assumes a negative size"))
    for name in arguments.get("slicingArguments") or ():
        declared = field.arguments.get(name)
        if declared is None or declared.type.nullable != TypeReference("Int"):
            faults.append(
                ("LIST_SIZE_INVALID_SLICING_ARGUMENT", f'"{name}" is no argument of type Int')
            )
    target = schema.types.get(field.type.name)
    for name in sized or ():
        inner = target.fields.get(name) if target else None
        if inner is None:
            faults.append(("LIST_SIZE_INVALID_SIZED_FIELD", f'"{name}" does not exist there'))
        elif inner.type.item is None:
            faults.append(("LIST_SIZE_APPLIED_TO_NON_LIST", f'"{name}" is no list'))
    return faults
