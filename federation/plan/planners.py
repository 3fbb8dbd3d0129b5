"""One planner for each set of override labels that may be active at once."""

from collections.abc import Collection

from graphql import GraphQLSchema

from federation.limits import EngineLimits
from federation.plan.plan_cache import PlanCache
from federation.plan.planner import Planner
from federation.supergraph.model import Supergraph
from federation.supergraph.override_labels import (
    activate_labels,
    find_labels,
    labels_within_percent,
)

Labels = frozenset[str]
NO_LABELS: Labels = frozenset()


class Planners:
    """The planner without labels, and those of other sets as they are asked for."""

    def __init__(self, supergraph: Supergraph, schema: GraphQLSchema, limits: EngineLimits) -> None:
        self._supergraph = supergraph
        self._schema = schema
        self._limits = limits
        self._labels = find_labels(supergraph)
        self._plain = Planner(supergraph, schema, limits)
        self._others: PlanCache[Planner] = PlanCache(
            limits.label_variants_max, limits.label_variants_max
        )

    @property
    def has_cache_hints(self) -> bool:
        """Whether any answer may be kept."""
        return bool(self._supergraph.cache_hints)

    def known(self, labels: Collection[str]) -> Labels:
        """Those labels that overrides of the supergraph depend on."""
        return self._labels & frozenset(labels) if self._labels else NO_LABELS

    def within_percent(self, rollout_key: str | None) -> Labels:
        """The labels `percent(n)` that are active for whoever the key stands for."""
        return labels_within_percent(self._labels, rollout_key) if self._labels else NO_LABELS

    def while_active(self, labels: Labels) -> Planner:
        """The planner while these labels are active, and no others."""
        if not labels:
            return self._plain
        planner = self._others.find(labels)
        if planner is None:
            variant = activate_labels(self._supergraph, labels)
            planner = Planner(variant, self._schema, self._limits)
            self._others.keep(labels, planner, 1)
        return planner
