"""Scripts: documents that are parsed and valid, and can become programs."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FragmentDetails

from federation.program.arguments import Variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What all programs of one document have in common."""

    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    details: dict[str, FragmentDetails]
    """The same fragments, as fields are collected from them."""
    variables: Variables
    switches: tuple[str, ...]
    """The variables that conditions read."""
    characters: int


def read_script(
    schema: GraphQLSchema, document: DocumentNode, *, is_any_plain: bool
) -> Script | None:
    """The script of a document; None where graphql-core has rules of its own for it."""
    operations = [
        each for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].directives:
        return None
    if schema.get_directive("defer") or schema.get_directive("stream"):
        return None
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    switches = _Switches()
    visit(document, switches)
    return Script(
        operation=operations[0],
        fragments=fragments,
        details={name: FragmentDetails(each) for name, each in fragments.items()},
        variables=Variables(schema, operations[0], is_any_plain=is_any_plain),
        switches=tuple(switches.names),
        characters=0 if document.loc is None else document.loc.end,
    )


class _Switches(Visitor):
    """Finds the variables that conditions read."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, None] = {}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if node.name.value not in {"skip", "include"}:
            return
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names[argument.value.name.value] = None
