"""The choices of override labels under which a supergraph is checked."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from federation.supergraph.model import Supergraph
from federation.supergraph.override_labels import activate_labels, find_labels

_ALL_CHOICES_MAX = 3
"""Up to so many labels every combination is looked at; beyond, only none, one, all."""


def label_variants(supergraph: Supergraph) -> Iterator[tuple[tuple[str, ...], Supergraph]]:
    """Labels that are on, with the supergraph as it is then; first with all of them off."""
    for labels in _choices(sorted(find_labels(supergraph))):
        yield labels, activate_labels(supergraph, frozenset(labels))


def _choices(labels: list[str]) -> Iterable[tuple[str, ...]]:
    if len(labels) <= _ALL_CHOICES_MAX:
        for number in range(len(labels) + 1):
            yield from combinations(labels, number)
        return
    yield ()
    yield from ((label,) for label in labels)
    yield tuple(labels)
