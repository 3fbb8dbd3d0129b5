"""The arguments of a field as text, and the variables in them."""

from graphql import FieldNode, VariableNode, print_ast
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
