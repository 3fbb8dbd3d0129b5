"""The arguments of a field as text, and the variables in them."""

from graphql import FieldNode, OperationDefinitionNode, ValueNode, VariableNode, parse, print_ast
from graphql.language import Visitor, visit


def print_arguments(node: FieldNode) -> str:
    """As GraphQL text with parentheses, or empty."""
    if not node.arguments:
        return ""
    return f"({', '.join(print_ast(argument) for argument in node.arguments)})"


def variables_in(node: FieldNode) -> frozenset[str]:
    """The variables that the arguments read."""
    if not node.arguments:
        return frozenset()
    found = _VariableNames()
    for argument in node.arguments:
        visit(argument, found)
    return frozenset(found.names)


class _VariableNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Note a variable."""
        self.names.add(node.name.value)


def parse_arguments(text: str) -> dict[str, ValueNode]:
    """The arguments by name; the reverse of `print_arguments`."""
    if not text:
        return {}
    document = parse(f"{{ field{text} }}", no_location=True)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode), "it is one"
    field = operation.selection_set.selections[0]
    assert isinstance(field, FieldNode), "it is one"
    return {each.name.value: each.value for each in field.arguments or ()}
