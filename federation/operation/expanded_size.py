"""Counts what an operation asks for once its fragments are opened.

Each fragment is counted once, however often it is spread, so counting is linear in the document
while the counts themselves may double with each fragment.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from federation.errors import COUNT_TOLD_MAX, LimitExceeded
from federation.limits import EngineLimits

_FEWER_DIRECTIVES = "Decide once for a whole fragment instead of for each field."


@dataclass(slots=True)
class _Size:
    """What a selection set asks for; counts stop where nobody is told them any more."""

    root_fields: int = 0
    """Fields at its own place."""
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    depth: int = 0
    """Levels of fields."""

    def add(self, other: "_Size", *, is_below: bool) -> None:
        """Add what is opened at the same place, or stands one level below."""
        self.fields = min(self.fields + other.fields, COUNT_TOLD_MAX)
        self.aliases = min(self.aliases + other.aliases, COUNT_TOLD_MAX)
        self.directives = min(self.directives + other.directives, COUNT_TOLD_MAX)
        self.depth = max(self.depth, other.depth + is_below)
        if not is_below:
            self.root_fields = min(self.root_fields + other.root_fields, COUNT_TOLD_MAX)


def check_expanded_size(
    document: DocumentNode, node: OperationDefinitionNode, limits: EngineLimits
) -> None:
    """Refuse an operation that asks for too much; it need not be valid.

    Raises:
        LimitExceeded: OPERATION_TOO_COMPLEX, OPERATION_TOO_DEEP, TOO_MANY_ALIASES,
            TOO_MANY_ROOT_FIELDS or TOO_MANY_DIRECTIVES.
    """
    counter = _Counter(document, limits)
    counter.check_place(node.directives)
    for variable in node.variable_definitions or ():
        counter.check_place(variable.directives)
    size = counter.count_operation(node)
    for what, code, count, limit, advice in (
        (
            "fields",
            "OPERATION_TOO_COMPLEX",
            size.fields,
            limits.operation_fields_max,
            "Select fewer, or in several operations.",
        ),
        (
            "levels of fields",
            "OPERATION_TOO_DEEP",
            size.depth,
            limits.operation_depth_max,
            "Ask for what is further down by its id.",
        ),
        (
            "root fields",
            "TOO_MANY_ROOT_FIELDS",
            size.root_fields,
            limits.operation_root_fields_max,
            "Ask for them in several operations.",
        ),
        (
            "aliases",
            "TOO_MANY_ALIASES",
            size.aliases,
            limits.operation_aliases_max,
            "Ask for lists, or in several operations.",
        ),
        (
            "directives",
            "TOO_MANY_DIRECTIVES",
            size.directives,
            limits.operation_directives_max,
            _FEWER_DIRECTIVES,
        ),
    ):
        if count > limit:
            raise LimitExceeded(
                f"too many {what} once its fragments are opened",
                code=code,
                limit=limit,
                count=count,
                advice=advice,
            )


class _Counter:
    def __init__(self, document: DocumentNode, limits: EngineLimits) -> None:
        self._limits = limits
        self._fragments = {
            each.name.value: each
            for each in document.definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        self._known: dict[str, _Size] = {}

    def count_operation(self, node: OperationDefinitionNode) -> _Size:
        """Count fragments before what spreads them: a chain of thousands needs no deep calls.

        One that goes in a circle is taken for empty where it meets itself; validation refuses it.
        """
        begun: set[str] = set()
        waiting = list(self._spread_in(node.selection_set))
        while waiting:
            name = waiting[-1]
            fragment = self._fragments[name]
            if name not in begun:
                begun.add(name)
                self.check_place(fragment.directives)
                below = self._spread_in(fragment.selection_set)
                waiting += [each for each in below if each not in begun]
            else:
                waiting.pop()
                if name not in self._known:
                    self._known[name] = self._count(fragment.selection_set)
        return self._count(node.selection_set)

    def check_place(self, directives: tuple[DirectiveNode, ...] | None) -> None:
        """Refuse too many directives on one thing."""
        count, limit = len(directives or ()), self._limits.directives_per_place_max
        if count > limit:
            raise LimitExceeded(
                "too many directives at one place",
                code="TOO_MANY_DIRECTIVES",
                limit=limit,
                count=count,
                advice=_FEWER_DIRECTIVES,
            )

    def _count(self, node: SelectionSetNode) -> _Size:
        """Count one selection set; its text nests only as deep as the parser lets it."""
        size = _Size()
        for selection in node.selections:
            self.check_place(selection.directives)
            size.directives += len(selection.directives or ())
            if isinstance(selection, FragmentSpreadNode):
                size.add(self._known.get(selection.name.value, _NOTHING), is_below=False)
            elif isinstance(selection, FieldNode):
                size.root_fields += 1
                size.fields += 1
                size.aliases += selection.alias is not None
                below = _NOTHING
                if selection.selection_set is not None:
                    below = self._count(selection.selection_set)
                size.add(below, is_below=True)
            elif isinstance(selection, InlineFragmentNode):
                size.add(self._count(selection.selection_set), is_below=False)
        return size

    def _spread_in(self, node: SelectionSetNode) -> Mapping[str, None]:
        """The fragments that are there and are spread in a selection set, each once."""
        return dict.fromkeys(name for name in _spread_names(node) if name in self._fragments)


_NOTHING = _Size()


def _spread_names(node: SelectionSetNode) -> Iterator[str]:
    waiting = [node]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FragmentSpreadNode):
                yield selection.name.value
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                waiting.append(selection.selection_set)
