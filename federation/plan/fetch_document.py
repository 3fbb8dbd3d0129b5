"""Writes what a fetch selects as GraphQL, with internal aliases where subgraphs need them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from federation.graph.edge import AbstractMove, FieldMove
from federation.graph.join_graph import JoinGraph, SubgraphType
from federation.graph.node import Node
from federation.operation.conditions import (
    ALWAYS,
    Condition,
    either,
)
from federation.operation.model import Field
from federation.plan.entity_document import mark
from federation.plan.nodes import LIST, ClientField, OnlyTypes, Path, Rename
from federation.plan.paths import Step
from federation.plan.query_tree import QueryTree

ALIAS_PREFIX = "_alias_"


@dataclass(slots=True)
class DocumentField:
    """A field of a fetch document."""

    name: str
    key: str
    """Under which key the tree keeps it."""
    alias: str
    """Under which key the subgraph answers; differs from `key` only for internal aliases."""
    arguments: str
    variables: frozenset[str]
    condition: Condition
    shape: str
    list_depth: int
    is_client: bool
    selection: "DocumentSelection | None" = None


@dataclass(slots=True)
class DocumentSelection:
    """A selection set of a fetch document."""

    type_name: str
    wants_type: bool
    """Whether `__typename` must be asked for, to know what the object is."""
    condition: Condition
    fields: dict[str, DocumentField] = field(default_factory=dict)
    variants: "dict[str, DocumentSelection]" = field(default_factory=dict)

    def variables(self) -> frozenset[str]:
        """Every variable in the selection."""
        found: set[str] = set()
        for each in self.fields.values():
            found |= each.variables
            for term in _terms(each.condition, self.condition):
                found |= {name for name, _ in term}
            if each.selection is not None:
                found |= each.selection.variables()
        for variant in self.variants.values():
            found |= variant.variables()
        return frozenset(found)

    def client_fields(self) -> tuple[ClientField, ...]:
        """What clients asked for at the top, for naming errors."""
        own = [
            ClientField(key=each.key, condition=each.condition)
            for each in self.fields.values()
            if each.is_client and each.name != "__typename"
        ]
        own += [
            ClientField(key=each.key, condition=each.condition, type_name=type_name)
            for type_name, variant in self.variants.items()
            for each in variant.client_fields()
        ]
        return tuple(own)


def build_selection(
    graph: JoinGraph, tree: QueryTree, steps: Sequence[Step], node: Node, condition: Condition
) -> DocumentSelection:
    """Gather everything selected below some steps that stand at the same place."""
    type_ = graph.types[node.type_name, node.subgraph]
    selection = DocumentSelection(node.type_name, type_.is_abstract, condition)
    narrowed: dict[str, list[Step]] = {}
    taken: dict[str, list[Step]] = {}
    for step in steps:
        for child in tree.children.get(step, ()):
            if isinstance(child.move, AbstractMove):
                narrowed.setdefault(child.node.type_name, []).append(child)
            elif isinstance(child.move, FieldMove):
                assert child.field is not None, "a field move has a field"
                taken.setdefault(child.field.key, []).append(child)
    for key, children in taken.items():
        selection.fields[key] = _build_field(graph, tree, key, children)
    for name, children in narrowed.items():
        built = build_selection(graph, tree, children, children[0].node, condition)
        _drop_repeated(selection, built)
        if built.fields:
            selection.variants[name] = built
    _fold(type_, selection)
    return selection


def _fold(type_: SubgraphType, selection: DocumentSelection) -> None:
    """Ask the abstract type itself for what all of its object types are asked for alike."""
    variants = list(selection.variants.values())
    if not variants or selection.variants.keys() != type_.object_types:
        return
    for key, each in list(variants[0].fields.items()):
        is_alike = all(variant.fields.get(key) == each for variant in variants[1:])
        if is_alike and key not in selection.fields and _is_asked_alike(type_, each):
            selection.fields[key] = each
            for variant in variants:
                del variant.fields[key]
    selection.variants = {name: each for name, each in selection.variants.items() if each.fields}


def _is_asked_alike(type_: SubgraphType, each: DocumentField) -> bool:
    """Whether the abstract type has the field as its object types have it."""
    declared = type_.fields.get(each.name)
    return (
        declared is not None
        and declared.is_resolvable
        and not declared.is_entered
        and declared.shape == each.shape
        and (each.selection is None or each.selection.type_name == declared.type_name)
    )


def _drop_repeated(selection: DocumentSelection, variant: DocumentSelection) -> None:
    """Leave out what the abstract type selects anyway."""
    for key, each in list(variant.fields.items()):
        above = selection.fields.get(key)
        if (
            above is not None
            and each.selection is None
            and (above.name, above.arguments) == (each.name, each.arguments)
            and either(above.condition, each.condition) == above.condition
            and not each.is_client
        ):
            del variant.fields[key]


def _build_field(
    graph: JoinGraph, tree: QueryTree, key: str, steps: Sequence[Step]
) -> DocumentField:
    move, asked = steps[0].move, steps[0].field
    assert isinstance(move, FieldMove), "only field moves select"
    assert asked is not None, "a field move has a field"
    condition = tree.conditions[steps[0]]
    for step in steps[1:]:
        condition = either(condition, tree.conditions[step])
    return DocumentField(
        name=asked.name,
        key=key,
        alias=key,
        arguments=_print_arguments(asked, steps[0].parent),
        variables=asked.variables,
        condition=condition,
        shape=move.shape,
        list_depth=move.list_depth,
        is_client=any(step.field is not None and step.field.is_client for step in steps),
        selection=build_selection(graph, tree, steps, move.tail, condition)
        if move.tail is not None
        else None,
    )


def _print_arguments(asked: Field, before: Step | None) -> str:
    """The client's arguments, and those that are filled from contexts."""
    if before is None or not before.contexts:
        return asked.arguments
    filled = ", ".join(f"{each.argument}: {mark(each.variable)}" for each in before.contexts)
    return f"({asked.arguments[1:-1]}, {filled})" if asked.arguments else f"({filled})"


def resolve_conflicts(selections: Iterable[DocumentSelection]) -> tuple[Rename, ...]:
    """Alias fields of one place that a subgraph would refuse under one response key."""
    renames: list[Rename] = []
    _resolve([(selection, ()) for selection in selections], renames)
    return tuple(renames)


_Place = tuple[DocumentSelection, Path]


def _resolve(places: list[_Place], renames: list[Rename]) -> None:
    by_key: dict[str, list[tuple[DocumentField, Path]]] = {}
    for selection, path in places:
        for each in selection.fields.values():
            by_key.setdefault(each.key, []).append((each, path))
        for name, variant in selection.variants.items():
            within = (*path, OnlyTypes(names=frozenset({name})))
            for each in variant.fields.values():
                by_key.setdefault(each.key, []).append((each, within))
    for key, found in by_key.items():
        aliases: dict[tuple[str, str, str], list[tuple[DocumentField, Path]]] = {}
        for each, path in found:
            aliases.setdefault((each.name, each.arguments, each.shape), []).append((each, path))
        for position, alike in enumerate(aliases.values()):
            below: list[_Place] = []
            for each, path in alike:
                if position:
                    each.alias = f"{ALIAS_PREFIX}{position}_{key}"
                    renames.append(Rename(path=path, alias=each.alias, key=key))
                if each.selection is not None:
                    segments = (key, *[LIST] * each.list_depth)
                    below.append((each.selection, (*path, *segments)))
            if below:
                _resolve(below, renames)


def print_selection(selection: DocumentSelection, depth: int = 0) -> str:
    """Show a selection set in braces, two spaces for each level."""
    inside = "  " * (depth + 1)
    lines: list[str] = []
    if selection.wants_type and "__typename" not in selection.fields:
        lines.append(f"{inside}__typename")
    for each in selection.fields.values():
        lines += _print_field(each, selection.condition, depth + 1)
    for name, variant in selection.variants.items():
        lines.append(f"{inside}... on {name} {print_selection(variant, depth + 1)}")
    if not lines:
        lines.append(f"{inside}__typename")
    return "{\n" + "\n".join(lines) + f"\n{'  ' * depth}}}"


def _print_field(each: DocumentField, outer: Condition, depth: int) -> list[str]:
    """The field, once for each alternative of its condition."""
    alias = f"{each.alias}: " if each.alias != each.name else ""
    below = f" {print_selection(each.selection, depth)}" if each.selection else ""
    lines: list[str] = []
    for term in _terms(each.condition, outer):
        included = [name for name, wanted in term if wanted]
        skipped = [name for name, wanted in term if not wanted]
        wraps = [f"@include(if: ${name})" for name in included[1:]]
        wraps += [f"@skip(if: ${name})" for name in skipped[1:]]
        own = "".join(f" @include(if: ${name})" for name in included[:1])
        own += "".join(f" @skip(if: ${name})" for name in skipped[:1])
        opening = "".join(f"... {directive} {{ " for directive in wraps)
        text = f"{alias}{each.name}{each.arguments}{own}{below}"
        lines.append(f"{'  ' * depth}{opening}{text}{' }' * len(wraps)}")
    return lines


def _terms(condition: Condition, outer: Condition) -> list[list[tuple[str, bool]]]:
    """What must be written of each alternative, given what holds around the field.

    A directive can stand only once at a place, so further ones wrap the field.
    """
    if condition in (outer, ALWAYS):
        return [[]]
    known = next(iter(outer)) if len(outer) == 1 else frozenset()
    return [sorted(term - known) for term in sorted(condition, key=sorted)]
