"""One operation written in other ways that mean the same."""

from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)

PREFIX = "other_"
Undo = Callable[[Any], Any]


def reshape(schema: GraphQLSchema, operation: str, way: str) -> tuple[str, Undo]:
    """The operation written in another way, and what makes its data the first one's again."""
    document = parse(operation)
    if way == "aliased":
        return print_ast(visit(document, _Alias())), _without_prefix
    if way == "backwards":
        return print_ast(visit(document, _Reverse())), lambda data: data
    wrap = _Wrap(TypeInfo(schema))
    written = visit(document, TypeInfoVisitor(wrap.types, wrap))
    return "\n".join([print_ast(written), *wrap.fragments]), lambda data: data


class _Alias(Visitor):
    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode:
        key = node.alias.value if node.alias else node.name.value
        return _with(node, alias=NameNode(value=PREFIX + key))


class _Reverse(Visitor):
    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        return SelectionSetNode(selections=tuple(reversed(node.selections)))


class _Wrap(Visitor):
    """Puts every selection set into a fragment: now one of its own, now a named one."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fragments: list[str] = []

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        type_ = self.types.get_parent_type()
        assert type_ is not None
        on = NamedTypeNode(name=NameNode(value=type_.name))
        if len(node.selections) % 2:
            inline = InlineFragmentNode(type_condition=on, selection_set=node, directives=())
            return SelectionSetNode(selections=(inline,))
        name = NameNode(value=f"Wrapped{len(self.fragments)}")
        self.fragments.append(
            print_ast(
                FragmentDefinitionNode(
                    name=name,
                    type_condition=on,
                    selection_set=node,
                    directives=(),
                    variable_definitions=(),
                )
            )
        )
        return SelectionSetNode(selections=(FragmentSpreadNode(name=name, directives=()),))


def _with(node: FieldNode, **changes: Any) -> FieldNode:
    parts = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return FieldNode(**{**parts, **changes})


def _without_prefix(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_prefix(item) for item in data]
    if isinstance(data, dict):
        return {key.removeprefix(PREFIX): _without_prefix(each) for key, each in data.items()}
    return data
