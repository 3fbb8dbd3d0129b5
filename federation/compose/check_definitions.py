"""Checks definitions of federation directives that a subgraph brought along."""

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    NonNullTypeNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    parse,
)

from federation.compose.findings import Findings
from federation.vocabulary.directives import FEDERATION_DIRECTIVES, FEDERATION_SCALARS
from federation.vocabulary.link import DirectiveNames

_SCALARS = frozenset({"_FieldSet", *(f"federation__{name}" for name in FEDERATION_SCALARS)})


def check_definitions(
    subgraph: str, document: DocumentNode, names: DirectiveNames, findings: Findings
) -> None:
    """Note definitions that disagree with the spec."""
    for node in document.definitions:
        if (
            isinstance(node, TypeDefinitionNode)
            and node.name.value in _SCALARS
            and not isinstance(node, ScalarTypeDefinitionNode)
        ):
            findings.error(
                "TYPE_DEFINITION_INVALID",
                f'"{node.name.value}" should be a scalar',
                subgraphs=[subgraph],
                at=node.name.value,
            )
        if isinstance(node, DirectiveDefinitionNode):
            canonical = names.canonical.get(node.name.value)
            if canonical is not None:
                for reason in _faults(node, _standard(canonical)):
                    findings.error(
                        "DIRECTIVE_DEFINITION_INVALID",
                        f'"@{node.name.value}" is not defined as the spec says: {reason}',
                        subgraphs=[subgraph],
                    )


def _standard(canonical: str) -> DirectiveDefinitionNode:
    text = FEDERATION_DIRECTIVES[canonical].print_definition(canonical)
    node = parse(text, no_location=True).definitions[0]
    assert isinstance(node, DirectiveDefinitionNode), "the table holds definitions"
    return node


def _faults(node: DirectiveDefinitionNode, standard: DirectiveDefinitionNode) -> list[str]:
    given = {argument.name.value for argument in node.arguments or ()}
    known = {
        argument.name.value: isinstance(argument.type, NonNullTypeNode)
        for argument in standard.arguments or ()
    }
    faults = [f'unknown argument "{name}"' for name in sorted(given - set(known))]
    faults += [
        f'missing argument "{name}"'
        for name, is_required in known.items()
        if is_required and name not in given
    ]
    allowed = {location.value for location in standard.locations}
    faults += [
        f"it cannot be on {location.value}"
        for location in node.locations
        if location.value not in allowed
    ]
    return faults
