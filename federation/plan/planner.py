"""The planner: the phases in order."""

from dataclasses import replace

from graphql import GraphQLSchema

from federation.errors import PlanningError
from federation.graph.build import build_join_graph
from federation.limits import EngineLimits
from federation.operation.cache_policy import CachePolicies
from federation.operation.conditions import ALWAYS, print_condition
from federation.operation.cost import CostModel
from federation.operation.interface_fields import InterfaceFields
from federation.operation.model import Operation, SelectionSet
from federation.operation.normalize import impure_keys
from federation.operation.prices import Prices
from federation.plan.budget import Budget
from federation.plan.build_fetch_graph import build_fetch_graph
from federation.plan.build_plan import PlanBuilder
from federation.plan.choose_paths import choose_paths
from federation.plan.defer import DeferCutter, Draft, has_deferred
from federation.plan.find_contexts import ContextFinder
from federation.plan.find_paths import Leaf, PathFinder
from federation.plan.nodes import DeferredPart, Fetch, Group, QueryPlan
from federation.plan.optimize.pipeline import optimize
from federation.plan.query_tree import build_query_tree
from federation.plan.requirements import Requirements
from federation.supergraph.model import Supergraph


class Planner:
    """Turns a normalised operation into a query plan."""

    def __init__(self, supergraph: Supergraph, schema: GraphQLSchema, limits: EngineLimits) -> None:
        self._supergraph = supergraph
        self.schema = schema
        self._limits = limits
        self.graph = build_join_graph(supergraph)
        self.interface_fields = InterfaceFields(supergraph)
        self.costs = CostModel(Prices(schema, supergraph.costs), limits)
        self.cache_policies = CachePolicies(supergraph)

    def plan(
        self,
        operation: Operation,
        phases: dict[str, str] | None = None,
        budget: Budget | None = None,
    ) -> QueryPlan:
        """Plan one operation; with `phases`, each phase leaves its text there.

        A `budget` given is what is left of the operation's.

        Raises:
            PlanningError: a field is out of reach, or a bound on planning was hit.
        """
        budget = budget or Budget(self._limits.planning_seconds_max)
        if operation.kind != "subscription" and has_deferred(operation.root):
            return self._plan_deferred(operation, phases, budget)
        work = _Work(self, operation, phases, budget)
        if operation.kind == "mutation":
            groups = [
                work.plan_group(part, position)
                for position, part in enumerate(_one_by_one(operation.root))
            ]
            return QueryPlan(operation=operation, groups=tuple(groups), shown=operation.root)
        group = work.plan_group(operation.root, 0)
        if operation.kind == "subscription":
            primary, rest = group.fetches[0], group.fetches[1:]
            return QueryPlan(
                operation=operation,
                primary=primary,
                groups=(Group(fetches=_without(primary, rest)),),
                shown=operation.root,
            )
        return QueryPlan(operation=operation, groups=(group,), shown=operation.root)

    def _plan_deferred(
        self, operation: Operation, phases: dict[str, str] | None, budget: Budget
    ) -> QueryPlan:
        """Parts are fetched apart; where that is not possible, they are only shown later."""
        try:
            return _Work(self, operation, phases, budget).plan_deferred(operation, True)
        except PlanningError as fault:
            if fault.code != "FIELD_UNREACHABLE":
                raise
            return _Work(self, operation, phases, budget).plan_deferred(operation, False)

    def start(self, operation: Operation, budget: Budget) -> tuple[PathFinder, Requirements]:
        """Everything that is new for each operation."""
        requirements = Requirements(
            self._supergraph, self.interface_fields, impure_keys(operation.root)
        )
        contexts = ContextFinder(self.graph, requirements, operation.variables)
        finder = PathFinder(self.graph, self.schema, requirements, contexts, self._limits, budget)
        return finder, requirements

    @property
    def limits(self) -> EngineLimits:
        """The bounds on planning."""
        return self._limits


class _Work:
    def __init__(
        self,
        planner: Planner,
        operation: Operation,
        phases: dict[str, str] | None,
        budget: Budget,
    ) -> None:
        self._planner = planner
        self._budget = budget
        self._finder, self._requirements = planner.start(operation, budget)
        self._builder = PlanBuilder(planner.graph, operation, budget)
        self._root_type = operation.root.type_name
        self._phases = phases

    def plan_group(self, root: SelectionSet, position: int) -> Group:
        """Paths, choice, tree, fetches, requests."""
        roots = self._finder.roots(self._root_type, position)
        return self._build_group(self._finder.find_paths(roots, root))

    def plan_deferred(self, operation: Operation, is_refetching: bool) -> QueryPlan:
        """What comes at once, and the parts that follow."""
        planner = self._planner
        cutter = DeferCutter(
            planner.graph,
            planner.schema,
            self._requirements,
            self._finder,
            is_refetching=is_refetching,
            parts_max=planner.limits.deferred_parts_max,
        )
        cut = cutter.cut(operation.root)
        is_serial = operation.kind == "mutation"
        roots = _one_by_one(cut.fetched) if is_serial else [cut.fetched]
        groups = [self.plan_group(root, position) for position, root in enumerate(roots)]
        return QueryPlan(
            operation=operation,
            groups=tuple(groups),
            shown=cut.shown,
            deferred=tuple(map(self._build_part, cut.parts)),
        )

    def _build_part(self, draft: Draft) -> DeferredPart:
        return DeferredPart(
            usage=draft.usage,
            usage_path=draft.usage_path,
            path=draft.path,
            shown=draft.shown,
            group=self._build_group(draft.leaves) if draft.leaves else Group(fetches=()),
            children=tuple(map(self._build_part, draft.children)),
        )

    def _build_group(self, leaves: list[Leaf]) -> Group:
        chosen = choose_paths(
            [leaf.ways for leaf in leaves],
            self._planner.limits.choices_max,
            self._budget,
        )
        leaves_chosen = [leaf for way in chosen for leaf in way]
        tree = build_query_tree(leaves_chosen, self._budget)
        fetches = optimize(build_fetch_graph(tree, self._requirements, self._budget))
        if self._phases is not None:
            self._note(self._phases, "paths", _print_paths(leaves))
            self._note(self._phases, "tree", str(tree))
            self._note(self._phases, "fetches", str(fetches))
        return self._builder.build_group(tree, fetches)

    def _note(self, phases: dict[str, str], phase: str, text: str) -> None:
        before = phases.get(phase)
        phases[phase] = text if before is None else f"{before}\n{text}"


def _one_by_one(root: SelectionSet) -> list[SelectionSet]:
    """The root fields of a mutation, each on its own, in the client's order."""
    return [
        replace(root, fields=(field,))
        for field in sorted(root.fields, key=lambda each: root.order[None, each.key][0][0])
    ]


def _without(primary: Fetch, rest: tuple[Fetch, ...]) -> tuple[Fetch, ...]:
    """What runs for each event, the event itself being there already."""
    return tuple(
        replace(fetch, after=tuple(each for each in fetch.after if each != primary.id))
        for fetch in rest
    )


def _print_paths(leaves: list[Leaf]) -> str:
    lines: list[str] = []
    for leaf in leaves:
        when = "" if leaf.condition == ALWAYS else f" if {print_condition(leaf.condition)}"
        lines.append(f"one of{when}")
        lines += [
            "  " + "\n  and ".join(f"{step.cost:>5}  {step}" for step, _ in way)
            for way in leaf.ways
        ]
    return "\n".join(lines)
