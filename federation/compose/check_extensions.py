"""Checks that every extended type is defined somewhere."""

from collections.abc import Sequence

from federation.compose.findings import Findings
from federation.compose.subgraph import SubgraphSchema

_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def check_extensions(schemas: Sequence[SubgraphSchema], findings: Findings) -> None:
    """Note EXTENSION_WITH_NO_BASE for types that are extended everywhere, defined nowhere."""
    extended: dict[str, list[str]] = {}
    defined = set(_ROOTS)
    for schema in schemas:
        for declared in schema.types.values():
            if declared.is_extension:
                extended.setdefault(declared.name, []).append(schema.name)
            else:
                defined.add(declared.name)
    for name, subgraphs in extended.items():
        if name not in defined:
            findings.error(
                "EXTENSION_WITH_NO_BASE",
                f'"{name}" is extended, but no subgraph defines it',
                subgraphs=subgraphs,
                at=name,
            )
