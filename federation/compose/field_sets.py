"""Field sets seen from the types of one subgraph: which fields they touch."""

from collections.abc import Callable, Iterator

from graphql import FieldNode, InlineFragmentNode, SelectionNode, SelectionSetNode

from federation.compose.check_contexts import context_selections
from federation.compose.subgraph import (
    Applied,
    FieldDeclaration,
    SubgraphSchema,
    TypeDeclaration,
)
from federation.vocabulary.field_set import FieldSetError, parse_field_set

Coordinate = tuple[str, str]
"""A type and one of its fields."""


def selection_of(applied: Applied) -> SelectionSetNode | None:
    """The parsed `fields:` of a directive; None when it is not valid."""
    text = applied.arguments.get("fields")
    if not isinstance(text, str):
        return None
    try:
        return parse_field_set(text)
    except FieldSetError:
        return None


def touched_fields(
    schema: SubgraphSchema,
    parent: str,
    selections: SelectionSetNode,
    *,
    with_implementations: bool = False,
) -> Iterator[Coordinate]:
    """Every field a selection names, on interfaces also as their implementations have it."""
    owner = schema.types.get(parent)
    if owner is None:
        return
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            yield from touched_fields(
                schema,
                condition.name.value if condition else parent,
                selection.selection_set,
                with_implementations=with_implementations,
            )
        elif isinstance(selection, FieldNode):
            yield from _touched_field(schema, owner, selection, with_implementations)


def _touched_field(
    schema: SubgraphSchema, owner: TypeDeclaration, node: FieldNode, wide: bool
) -> Iterator[Coordinate]:
    declared = owner.fields.get(node.name.value)
    if declared is None:
        return
    yield owner.name, declared.name
    if wide:
        for each in schema.implementations(owner.name):
            yield each.name, declared.name
    if node.selection_set is not None:
        yield from touched_fields(
            schema, declared.type.name, node.selection_set, with_implementations=wide
        )


def keep_fields(
    schema: SubgraphSchema,
    parent: str,
    selections: SelectionSetNode,
    is_kept: Callable[[FieldDeclaration], bool],
) -> SelectionSetNode | None:
    """The part of a selection whose fields, or fields above them, pass; None for nothing."""
    kept: list[SelectionNode] = []
    owner = schema.types.get(parent)
    for selection in selections.selections:
        if isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            inner = condition.name.value if condition else parent
            nested = keep_fields(schema, inner, selection.selection_set, is_kept)
            if nested is not None:
                kept.append(InlineFragmentNode(type_condition=condition, selection_set=nested))
        elif isinstance(selection, FieldNode):
            declared = owner.fields.get(selection.name.value) if owner else None
            if declared is None or is_kept(declared):
                kept.append(selection)
            elif selection.selection_set is not None:
                nested = keep_fields(schema, declared.type.name, selection.selection_set, is_kept)
                if nested is not None:
                    kept.append(
                        FieldNode(
                            name=selection.name,
                            arguments=selection.arguments,
                            selection_set=nested,
                        )
                    )
    return SelectionSetNode(selections=tuple(kept)) if kept else None


class FieldRoles:
    """What part each field of a subgraph plays: key, external, provided, required."""

    def __init__(self, schema: SubgraphSchema) -> None:
        self._schema = schema
        self.keys = self._collect("key")
        self.provided = set(self._collect_on_fields("provides", on_result=True))
        self.required = set(self._collect_on_fields("requires", on_result=False))
        self.read_by_contexts = set(self._collect_contexts())
        self._keys_of_extensions = self._collect("key", only_extensions=True)
        self.implementing = self._collect_implementing()

    def _collect(self, directive: str, *, only_extensions: bool = False) -> set[Coordinate]:
        return {
            coordinate
            for owner in self._schema.types.values()
            for applied in owner.applied(directive)
            if not only_extensions or applied.in_extension or owner.is_extension
            if (selections := selection_of(applied)) is not None
            for coordinate in touched_fields(self._schema, owner.name, selections)
        }

    def _collect_on_fields(self, directive: str, *, on_result: bool) -> Iterator[Coordinate]:
        for owner in self._schema.types.values():
            for declared in owner.fields.values():
                for applied in declared.applied(directive):
                    selections = selection_of(applied)
                    if selections is not None:
                        parent = declared.type.name if on_result else owner.name
                        yield from touched_fields(
                            self._schema, parent, selections, with_implementations=True
                        )

    def _collect_contexts(self) -> Iterator[Coordinate]:
        """Fields that arguments are filled from, on whatever type sets the context."""
        for owner in self._schema.types.values():
            for declared in owner.fields.values():
                for argument in declared.arguments.values():
                    for place, selections in context_selections(self._schema, argument):
                        yield from touched_fields(
                            self._schema, place, selections, with_implementations=True
                        )

    def _collect_implementing(self) -> set[Coordinate]:
        """Fields that a type has because one of its interfaces asks for them."""
        types = self._schema.types
        return {
            (owner.name, name)
            for owner in types.values()
            for interface in owner.interfaces
            if interface in types
            for name in types[interface].fields
        }

    def is_external(self, owner: str, declared: FieldDeclaration) -> bool:
        """Marked `@external` in earnest.

        Key fields of an extension carry the mark by Federation 1's custom, although the
        subgraph does resolve them.
        """
        return declared.has("external") and ((owner, declared.name) not in self._keys_of_extensions)

    def is_resolved(self, owner: str, declared: FieldDeclaration) -> bool:
        """Whether the subgraph resolves the field, be it only on some paths."""
        return not self.is_external(owner, declared) or (owner, declared.name) in self.provided

    def is_shareable(
        self, owner: str, declared: FieldDeclaration, *, is_declared_elsewhere: bool = True
    ) -> bool:
        """Whether other subgraphs may resolve the field, too.

        Federation 1 knew no sharing but of fields that others declare as well.
        """
        is_old = self._schema.is_federation_one and is_declared_elsewhere
        return (
            (is_old and owner != "Subscription")
            or declared.has("shareable")
            or (owner, declared.name) in self.keys
            or (owner, declared.name) in self.provided
        )

    def is_used(self, owner: str, name: str) -> bool:
        """Whether the subgraph itself needs the field, for a key, a requirement or so."""
        coordinate = (owner, name)
        return (
            coordinate in self.keys
            or coordinate in self.provided
            or coordinate in self.required
            or coordinate in self.read_by_contexts
            or coordinate in self.implementing
        )
