"""Progressive overrides: the labels of a supergraph, and the supergraph while some are active."""

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from federation.supergraph.model import JoinField, Supergraph, SupergraphField, SupergraphType

_PERCENT = re.compile(r"percent\((\d{1,3}(?:\.\d{1,8})?)\)")
_BUCKETS = 10_000_000_000
"""percent() has at most eight decimals, so a hundred percent are so many buckets."""


def find_labels(supergraph: Supergraph) -> frozenset[str]:
    """The labels that overrides of the supergraph depend on."""
    return frozenset(
        join.override_label
        for type_ in supergraph.types.values()
        for field in type_.fields.values()
        for join in field.joins
        if join.override_label
    )


def activate_labels(supergraph: Supergraph, active: frozenset[str]) -> Supergraph:
    """The supergraph as it is while these labels are active, and no others."""
    if not active:
        return supergraph
    return replace(
        supergraph,
        types={name: _switch_type(type_, active) for name, type_ in supergraph.types.items()},
    )


def labels_within_percent(labels: Iterable[str], rollout_key: str | None) -> frozenset[str]:
    """The labels `percent(n)` that are active for whoever the key stands for.

    A key is always in the same place, so who takes part at five percent does so at ten.
    Without a key only `percent(100)` is active.
    """
    place = _place_of(rollout_key)
    return frozenset(label for label in labels if place < _buckets_of(label))


def _place_of(rollout_key: str | None) -> int:
    if rollout_key is None:
        return _BUCKETS - 1
    digest = hashlib.sha256(rollout_key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) % _BUCKETS


def _buckets_of(label: str) -> int:
    match = _PERCENT.fullmatch(label)
    if match is None:
        return 0
    whole, _, decimals = match[1].partition(".")
    return int(whole) * (_BUCKETS // 100) + int(decimals.ljust(8, "0") if decimals else 0)


def _switch_type(type_: SupergraphType, active: frozenset[str]) -> SupergraphType:
    if not any(join.override_label in active for f in type_.fields.values() for join in f.joins):
        return type_
    fields = {name: _switch_field(field, active) for name, field in type_.fields.items()}
    return replace(type_, fields=fields)


def _switch_field(field: SupergraphField, active: frozenset[str]) -> SupergraphField:
    left = {join.override for join in field.joins if join.override_label in active} - {None}
    return replace(field, joins=tuple(_switch_join(join, left, active) for join in field.joins))


def _switch_join(
    join: JoinField, left: Collection[str | None], active: frozenset[str]
) -> JoinField:
    """The subgraph that a field moved to resolves it; the one it left does so no more."""
    if join.override and join.override_label in active:
        return replace(join, override=None, override_label=None)
    if join.subgraph in left:
        return replace(join, used_overridden=True, override_label=None)
    return join
