"""What an operation asks of its caller, all its fields together."""

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from federation.authorization.field_guards import FieldGuards
from federation.authorization.guard import NOTHING, Guard, Requirement


def find_asked(
    guards: FieldGuards,
    schema: GraphQLSchema,
    document: DocumentNode,
    node: OperationDefinitionNode,
) -> Requirement:
    """Everything that some field of the operation asks for.

    The document need not be valid: what it has beside the schema asks for nothing here. Each
    fragment is looked at once, however often it is spread.
    """
    root = schema.get_root_type(node.operation)
    if root is None:
        return NOTHING
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    asked: set[Guard] = set()
    waiting: list[tuple[SelectionSetNode, str]] = [(node.selection_set, root.name)]
    while waiting:
        selections, type_name = waiting.pop()
        for each in selections.selections:
            if isinstance(each, FieldNode):
                asked |= guards.of_field(type_name, each.name.value)
                given = guards.type_of(type_name, each.name.value)
                if given is not None and each.selection_set is not None:
                    waiting.append((each.selection_set, given))
            elif isinstance(each, InlineFragmentNode):
                named = each.type_condition
                waiting.append((each.selection_set, named.name.value if named else type_name))
            elif isinstance(each, FragmentSpreadNode):
                fragment = fragments.pop(each.name.value, None)
                if fragment is not None:
                    waiting.append((fragment.selection_set, fragment.type_condition.name.value))
    return frozenset(asked)
