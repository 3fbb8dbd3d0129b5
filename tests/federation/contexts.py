"""What `@fromContext` arguments are in a monolith: values of records further up."""

import re
from collections.abc import Mapping
from typing import Any

from graphql import FieldNode, InlineFragmentNode, SelectionSetNode, parse

ContextArguments = dict[tuple[str, str], dict[str, tuple[frozenset[str], SelectionSetNode]]]
"""(type, field) → argument → the types that set its context, and what is read of them."""


def find_context_arguments(sources: Mapping[str, str]) -> ContextArguments:
    """Every argument that some subgraph fills from a context."""
    found: ContextArguments = {}
    for sdl in sources.values():
        nodes = [node for node in parse(sdl).definitions if getattr(node, "name", None)]
        for node in nodes:
            for field in getattr(node, "fields", None) or ():
                for argument in getattr(field, "arguments", None) or ():
                    for text in _strings(argument, "fromContext"):
                        context, selection = re.fullmatch(
                            r"\$(\w+)\s*(.*)", text, re.DOTALL
                        ).groups()
                        place = (node.name.value, field.name.value)
                        if not selection.startswith("{"):
                            selection = f"{{ {selection} }}"
                        selections: Any = parse(selection).definitions[0]
                        setters = _setters(nodes, context)
                        arguments = found.setdefault(place, {})
                        arguments[argument.name.value] = (setters, selections.selection_set)
    return found


def _setters(nodes: list[Any], context: str) -> frozenset[str]:
    own = {node.name.value for node in nodes if context in _strings(node, "context")}
    members = {m.name.value for n in nodes if n.name.value in own for m in _types(n)}
    implementing = {
        node.name.value
        for node in nodes
        if own & {each.name.value for each in getattr(node, "interfaces", None) or ()}
    }
    return frozenset(own | members | implementing)


def _types(node: Any) -> Any:
    return getattr(node, "types", None) or ()


def _strings(node: Any, directive: str) -> list[str]:
    return [
        each.arguments[0].value.value
        for each in getattr(node, "directives", None) or ()
        if each.name.value == directive
    ]


def read_context(
    data: Any, record: Any, setters: frozenset[str], selections: SelectionSetNode
) -> Any:
    """The value that the nearest record further up gives; None if there is none."""
    above = record.parent
    while above is not None:
        if above.type_name in setters:
            return _read(data, above, selections)
        above = above.parent
    return None


def _read(data: Any, value: Any, selections: SelectionSetNode) -> Any:
    if isinstance(value, list):
        return [_read(data, item, selections) for item in value]
    if value is None:
        return None
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            if selection.type_condition.name.value == value.type_name:
                return _read(data, value, selection.selection_set)
            continue
        assert isinstance(selection, FieldNode)
        inner = data.wrap(value.values.get(selection.name.value), "")
        return _read(data, inner, selection.selection_set) if selection.selection_set else inner
    return None
