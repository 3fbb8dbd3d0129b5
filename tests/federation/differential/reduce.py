"""Makes a failing case small: leaves out of its document whatever it fails without."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from graphql import (
    REMOVE,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    Node,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from tests.federation.differential.cases import Case

STEPS_MAX = 1_000
EDITED = {"field", "inline_fragment", "fragment_spread", "directive", "argument"}


def reduce_case(case: Case, schema: GraphQLSchema, fails: Callable[[Case], bool]) -> Case:
    """The smallest case found that still fails; its document is valid throughout."""
    for smaller in islice(_smaller_cases(case, schema), STEPS_MAX):
        if fails(smaller):
            return reduce_case(smaller, schema, fails)
    return case


def _smaller_cases(case: Case, schema: GraphQLSchema) -> Iterator[Case]:
    for text in _smaller(case.document):
        smaller = _without_unused(text, case)
        if smaller is not None and not validate(schema, parse(smaller.document)):
            yield smaller


def _smaller(text: str) -> Iterator[str]:
    document = parse(text)
    counter = _Edit(-1)
    visit(document, counter)
    for place in range(counter.seen):
        try:
            yield print_ast(visit(document, _Edit(place)))
        except Exception:  # nothing is left in a selection
            continue
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    if fragments:
        yield print_ast(visit(document, _Inline(fragments)))


class _Edit(Visitor):
    """Leaves out the nth selection, directive or argument."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.seen = 0

    def enter(self, node: Node, _key: Any, parent: Any, *_: Any) -> Any:
        is_last = isinstance(parent, tuple) and len(parent) == 1 and hasattr(node, "directives")
        if node.kind not in EDITED or is_last:
            return None
        self.seen += 1
        return REMOVE if self.seen - 1 == self._place else None


class _Inline(Visitor):
    """Opens every named fragment."""

    def __init__(self, fragments: dict[str, Any]) -> None:
        super().__init__()
        self._fragments = fragments

    def leave_fragment_spread(self, node: FragmentSpreadNode, *_: Any) -> InlineFragmentNode:
        fragment = self._fragments[node.name.value]
        return InlineFragmentNode(
            type_condition=NamedTypeNode(name=fragment.type_condition.name),
            directives=node.directives,
            selection_set=fragment.selection_set,
        )


def _without_unused(text: str, case: Case) -> Case | None:
    """Drop fragments and variables that nothing uses any more."""
    try:
        document = parse(text)
    except Exception:
        return None
    used = _used(text)
    kept = []
    for each in document.definitions:
        if each.kind == "fragment_definition" and f"...{each.name.value}" not in used:
            continue
        kept.append(each)
    operation: Any = kept[0]
    body = print_ast(operation.selection_set) + "".join(print_ast(each) for each in kept[1:])
    names = {
        each.variable.name.value
        for each in operation.variable_definitions or ()
        if _speaks_of(body, each.variable.name.value)
    }
    declared = [
        print_ast(each)
        for each in operation.variable_definitions or ()
        if each.variable.name.value in names
    ]
    head = f"{operation.operation.value} Random{f'({chr(44).join(declared)})' if declared else ''}"
    fragments = "\n".join(print_ast(each) for each in kept[1:])
    document_text = f"{head} {print_ast(operation.selection_set)}\n{fragments}"
    variables = {name: value for name, value in case.variables.items() if name in names}
    return replace(case, document=document_text, variables=variables)


def _used(text: str) -> set[str]:
    return {word for word in text.replace("\n", " ").split(" ") if word.startswith("...")}


def _speaks_of(text: str, name: str) -> bool:
    return any(f"${name}{end}" in text for end in (" ", ")", ",", "]", "}", "\n"))
