"""Checks that the standard names of root types are not taken by other types."""

from graphql import DocumentNode, TypeDefinitionNode, TypeExtensionNode

from federation.compose.findings import Findings
from federation.compose.subgraph_document import root_names


def check_roots(subgraph: str, document: DocumentNode, findings: Findings) -> None:
    """Note ROOT_QUERY_USED and the like: in the supergraph, roots have their standard names."""
    taken = {
        node.name.value
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode)
    }
    for own, standard in root_names(document).items():
        if standard in taken:
            findings.error(
                f"ROOT_{standard.upper()}_USED",
                f'"{own}" is a root type and becomes "{standard}", but another type has that name',
                subgraphs=[subgraph],
                at=standard,
            )
