"""Marks the fields of an operation that its caller may not see.

    { me { name email } }   is shown as   { me { name !email } }   and fetched as   { me { name } }

No client can write such a key, and no requirement or key is kept under it: what a fetch brings
under `email` for the engine's own use is never shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from federation.authorization.field_guards import FieldGuards
from federation.authorization.guard import Requirement
from federation.operation.model import Field, Operation, SelectionSet

MARK = "!"
_NodeT = TypeVar("_NodeT", bound=Node)


@dataclass(frozen=True, slots=True)
class Marking:
    """Marks the fields that ask for something of what was refused."""

    guards: FieldGuards
    schema: GraphQLSchema
    refused: Requirement
    rejects: bool = False
    """Whether an operation with a marked field is refused as a whole."""

    def mark(self, document: DocumentNode, node: OperationDefinitionNode) -> DocumentNode:
        """The operation and its fragments, with keys that no client can write; nothing else."""
        root = self.schema.get_root_type(node.operation)
        if root is None:
            return document
        return DocumentNode(
            definitions=tuple(
                self._mark_within(each, each.type_condition.name.value)
                if isinstance(each, FragmentDefinitionNode)
                else self._mark_within(each, root.name)
                for each in document.definitions
                if each is node or isinstance(each, FragmentDefinitionNode)
            )
        )

    def _mark_within(self, node: _NodeT, type_name: str) -> _NodeT:
        inner: SelectionSetNode | None = getattr(node, "selection_set", None)
        if inner is None:
            return node
        marked = tuple(self._mark(each, type_name) for each in inner.selections)
        return _changed(node, selection_set=_changed(inner, selections=marked))

    def _mark(self, node: SelectionNode, type_name: str) -> SelectionNode:
        if isinstance(node, InlineFragmentNode):
            named = node.type_condition
            return self._mark_within(node, named.name.value if named else type_name)
        if not isinstance(node, FieldNode):
            return node
        name = node.name.value
        if self.refused & self.guards.of_field(type_name, name):
            key = NameNode(value=f"{MARK}{node.alias.value if node.alias else name}")
            return _changed(node, alias=key, selection_set=None)
        given = self.guards.type_of(type_name, name)
        return node if given is None else self._mark_within(node, given)


def without_marked(operation: Operation) -> Operation:
    """The operation that is planned: nothing that is marked is fetched."""
    return replace(operation, root=_Cutting().cut(operation.root))


class _Cutting:
    """Parts that an operation shares stay shared."""

    def __init__(self) -> None:
        self._cut: dict[int, SelectionSet] = {}

    def cut(self, selections: SelectionSet) -> SelectionSet:
        found = self._cut.get(id(selections))
        if found is None:
            variants = tuple(
                replace(each, fields=self._cut_fields(each.fields)) for each in selections.variants
            )
            fields = self._cut_fields(selections.fields)
            found = replace(selections, fields=fields, variants=variants)
            self._cut[id(selections)] = found
        return found

    def _cut_fields(self, fields: tuple[Field, ...]) -> tuple[Field, ...]:
        return tuple(
            each if each.selections is None else replace(each, selections=self.cut(each.selections))
            for each in fields
            if not is_marked(each.key)
        )


def is_marked(key: object) -> bool:
    """Whether a response key is that of a field that may not be seen."""
    return isinstance(key, str) and key.startswith(MARK)


def marked_paths(operation: Operation) -> Iterator[tuple[str, ...]]:
    """The response keys that lead to each marked field, as the client wrote them.

    An operation may stand for a great many; take as many as are wanted.
    """
    return _paths_within(operation.root, (), {})


def _paths_within(
    selections: SelectionSet, path: tuple[str, ...], known: dict[int, bool]
) -> Iterator[tuple[str, ...]]:
    for each in dict.fromkeys(selections.all_fields):
        if is_marked(each.key):
            yield (*path, each.key.removeprefix(MARK))
        elif each.selections is not None and _has_marked(each.selections, known):
            yield from _paths_within(each.selections, (*path, each.key), known)


def _has_marked(selections: SelectionSet, known: dict[int, bool]) -> bool:
    """Asked before going down, so that each step leads to something."""
    if id(selections) not in known:
        known[id(selections)] = any(
            is_marked(each.key)
            or (each.selections is not None and _has_marked(each.selections, known))
            for each in selections.all_fields
        )
    return known[id(selections)]


def _changed(node: _NodeT, **changes: Any) -> _NodeT:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **changes})
