"""Checks the merged types: what was right in each subgraph may be wrong in all together."""

from collections.abc import Mapping

from graphql import build_ast_schema, parse, validate_schema

from federation.compose.check_runtime_types import check_runtime_types
from federation.compose.findings import Findings
from federation.compose.merging import Merging
from federation.supergraph.model import SupergraphType, TypeKind


def check_supergraph(merging: Merging, types: Mapping[str, SupergraphType]) -> None:
    """Note what only shows once all subgraphs are merged."""
    if not any(each.fields for each in merging.sources("Query").values()):
        merging.findings.error(
            "NO_QUERIES", "No subgraph has a query: a supergraph needs at least one"
        )
    for each in types.values():
        if each.kind is TypeKind.INTERFACE:
            _check_interface_keys(merging, each)
            _check_interface_objects(merging, each)


def check_promises(merging: Merging, types: Mapping[str, SupergraphType]) -> None:
    """Note interfaces that are not kept, and shared fields that can give nothing."""
    for each in types.values():
        _check_interface_fields(merging, each, types)
        check_runtime_types(merging, each)


def check_printed(sdl: str, findings: Findings) -> None:
    """Note what makes the merged schema invalid as GraphQL."""
    schema = build_ast_schema(parse(sdl, no_location=True), assume_valid_sdl=True)
    for fault in validate_schema(schema):
        findings.error("INVALID_GRAPHQL", fault.message)


def _check_interface_fields(
    merging: Merging, owner: SupergraphType, types: Mapping[str, SupergraphType]
) -> None:
    """Every field that an interface gained by merging must exist on its implementations."""
    for interface in dict.fromkeys(name for _, name in owner.implements):
        merged = types.get(interface)
        for name in merged.fields if merged else ():
            if name not in owner.fields:
                merging.findings.error(
                    "INTERFACE_FIELD_NO_IMPLEM",
                    f'"{interface}.{name}" is missing on "{owner.name}", which implements'
                    f' "{interface}"',
                    subgraphs=[
                        subgraph for subgraph, each in owner.implements if each == interface
                    ],
                    at=f"{interface}.{name}",
                )


def _implementations(merging: Merging, interface: str) -> list[str]:
    """Object types that implement an interface in any subgraph."""
    return list(
        dict.fromkeys(
            each.name
            for schema in merging.subgraphs.values()
            for each in schema.implementations(interface)
        )
    )


def _check_interface_keys(merging: Merging, interface: SupergraphType) -> None:
    """A subgraph that resolves an interface by key must know all its implementations."""
    for subgraph in dict.fromkeys(
        join.subgraph
        for join in interface.joins
        if join.key and join.is_resolvable and not join.is_interface_object
    ):
        missing = [
            name
            for name in _implementations(merging, interface.name)
            if interface.name not in _interfaces_in(merging, subgraph, name)
        ]
        if missing:
            merging.findings.error(
                "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE",
                f'Interface "{interface.name}" has a key in "{subgraph}", which does not'
                f" define {', '.join(missing)}",
                subgraphs=[subgraph],
                at=interface.name,
            )


def _interfaces_in(merging: Merging, subgraph: str, type_name: str) -> tuple[str, ...]:
    declared = merging.subgraphs[subgraph].types.get(type_name)
    return declared.interfaces if declared else ()


def _check_interface_objects(merging: Merging, interface: SupergraphType) -> None:
    """A subgraph with an interface object must not know any implementation."""
    for join in interface.joins:
        if not join.is_interface_object:
            continue
        known = [
            name
            for name in _implementations(merging, interface.name)
            if name in merging.subgraphs[join.subgraph].types
        ]
        if known:
            merging.findings.error(
                "INTERFACE_OBJECT_USAGE_ERROR",
                f'"{interface.name}" is an @interfaceObject in "{join.subgraph}", which must'
                f" not define the implementation {', '.join(known)}",
                subgraphs=[join.subgraph],
                at=interface.name,
            )
