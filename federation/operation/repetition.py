"""Counts what stands at one place of a document, before validation compares it all.

Whether fields can be merged is decided for each pair of fields under one response key, and for
each pair of fragments at one place, so a document of a few kilobytes that repeats itself keeps
validation busy for seconds. Counting is linear in the selections looked at, which are bounded.
"""

from collections import Counter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from federation.errors import RequestError
from federation.limits import EngineLimits

_Place = list[SelectionSetNode]
"""The selection sets that are merged into one."""


def check_repetition(document: DocumentNode, limits: EngineLimits) -> None:
    """Refuse a document that repeats itself too much.

    Fragments may go in circles here; the count of fields ends the walk, and what follows
    refuses such a document for what it is.

    Raises:
        RequestError: too many fields stand under one response key (OPERATION_TOO_COMPLEX).
    """
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    places: list[_Place] = [
        [node.selection_set]
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    pairs = fields = selections = 0
    while places and fields <= limits.operation_fields_max:
        counts, opened, looked_at, below = _count(places.pop(), fragments)
        pairs += sum(count * count for count in counts.values() if count > 1)
        pairs += opened * (opened - 1)
        fields += sum(counts.values())
        selections += looked_at
        if pairs > limits.comparisons_max or selections > limits.selections_max:
            raise RequestError(
                "The document repeats its fields too often.", code="OPERATION_TOO_COMPLEX"
            )
        places += below


def _count(
    place: _Place, fragments: dict[str, SelectionSetNode]
) -> tuple[Counter[str], int, int, list[_Place]]:
    """Fields by response key, fragments, selections, and the places below."""
    counts: Counter[str] = Counter()
    below: dict[str, _Place] = {}
    seen: set[str] = set()
    waiting = list(place)
    looked_at = 0
    while waiting:
        selections = waiting.pop().selections
        looked_at += len(selections)
        for selection in selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                counts[key] += 1
                if selection.selection_set is not None:
                    below.setdefault(key, []).append(selection.selection_set)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in fragments and name not in seen:
                    seen.add(name)
                    waiting.append(fragments[name])
    return counts, len(seen), looked_at, list(below.values())
