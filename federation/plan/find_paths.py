"""Finds, for every leaf of an operation, the ways by which subgraphs can supply it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graphql import GraphQLSchema, is_abstract_type

from federation.errors import PlanningError
from federation.graph.edge import EntityMove
from federation.graph.join_graph import JoinGraph
from federation.graph.node import Node
from federation.graph.requirement import FieldSet
from federation.graph.walk import (
    abstract_move,
    entity_moves,
    field_move,
    requiring_moves,
    resolving_moves,
    root_moves,
    type_at,
)
from federation.limits import EngineLimits
from federation.operation.conditions import ALWAYS, NEVER, Condition, both
from federation.operation.model import Field, SelectionSet
from federation.plan.budget import Budget
from federation.plan.choose_paths import choose_cheapest, cost_of
from federation.plan.find_contexts import ContextFinder
from federation.plan.paths import BoundContext, Paths, ResumeMove, Step, Way
from federation.plan.requirements import Requirements

_TYPENAME = Field(name="__typename", key="__typename", is_client=False)
_KEY_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One leaf of the operation and the ways to it, cheapest first."""

    ways: tuple[Way, ...]
    condition: Condition


def _leaf(ways: Sequence[Step], condition: Condition) -> Leaf:
    return Leaf(ways=tuple(((way, condition),) for way in ways), condition=condition)


class PathFinder:
    """Walks selections over all subgraphs at once."""

    def __init__(
        self,
        graph: JoinGraph,
        schema: GraphQLSchema,
        requirements: Requirements,
        contexts: ContextFinder,
        limits: EngineLimits,
        budget: Budget,
    ) -> None:
        self._contexts = contexts
        self._graph = graph
        self._schema = schema
        self._requirements = requirements
        self._candidates_max = limits.candidates_max
        self._budget = budget
        self._paths = Paths(limits.paths_max)
        self._hops: dict[Step, dict[Node, Step]] = {}
        self._busy: set[tuple[Step, EntityMove]] = set()
        self._depth = 0

    def roots(self, type_name: str, position: int = 0) -> list[Step]:
        """The beginnings: one for each subgraph with the root type."""
        return [self._paths.root(move, position) for move in root_moves(self._graph, type_name)]

    def resume(self, move: ResumeMove, key: FieldSet) -> list[Step]:
        """Into every subgraph that knows the entity at a place by a key."""
        start = self._paths.resume(move)
        moves = [each for each in resolving_moves(self._graph, move.tail) if each.key == key]
        return [self._paths.hop(start, each, ()) for each in moves]

    def find_paths(self, roots: Sequence[Step], selections: SelectionSet) -> list[Leaf]:
        """The leaves of an operation, in the client's order.

        Raises:
            PlanningError: a field cannot be reached (FIELD_UNREACHABLE), or the ways are too
                many (PLAN_TOO_COMPLEX).
        """
        return self._walk(roots, selections, ALWAYS)

    def _walk(
        self, paths: Sequence[Step], selections: SelectionSet, condition: Condition
    ) -> list[Leaf]:
        leaves: list[Leaf] = []
        wants_type = False
        for field in selections.fields:
            if field.name.startswith("__"):
                wants_type = wants_type or field.name == "__typename"
            else:
                leaves += self._walk_field(paths, field, condition)
        for variant in selections.variants:
            narrowed = self._narrow_all(paths, variant.type_name)
            wants_type = wants_type or bool(narrowed)
            for field in variant.fields if narrowed else ():
                if field.name != "__typename":
                    leaves += self._walk_field(narrowed, field, condition)
        is_abstract = is_abstract_type(self._schema.type_map.get(selections.type_name))
        exists = any(leaf.condition == condition for leaf in leaves)
        if (wants_type and is_abstract) or not exists:
            leaves += self._walk_typename(paths, condition)
        return leaves

    def _walk_field(self, paths: Sequence[Step], field: Field, condition: Condition) -> list[Leaf]:
        self._budget.check()
        when = both(condition, field.condition)
        if when == NEVER:
            return []
        ways = self._cheapest(way for path in paths for way in self._ways(path, field))
        if not ways:
            where = paths[0].node.type_name if paths else "?"
            raise PlanningError(
                f"No subgraph can resolve {where}.{field.name} here.",
                code="FIELD_UNREACHABLE",
            )
        if field.selections is None:
            return [_leaf(ways, when)]
        if self._is_answered_apart(ways, field.selections):
            return [self._walk_apart(ways, field.selections, when)]
        return self._walk(ways, field.selections, when)

    def _is_answered_apart(self, ways: Sequence[Step], selections: SelectionSet) -> bool:
        """Whether subgraphs may each turn the place into another object."""
        return (
            len({way.node.subgraph for way in ways}) > 1
            and bool(selections.variants)
            and not any(type_at(self._graph, way.node).is_interface_object for way in ways)
        )

    def _walk_apart(
        self, ways: Sequence[Step], selections: SelectionSet, condition: Condition
    ) -> Leaf:
        """Everything below from one of the ways: their answers may be of different types."""
        variants = tuple(
            variant for variant in selections.variants if self._narrow_all(ways, variant.type_name)
        )
        common = replace(selections, variants=variants)
        bundles: dict[Way, int] = {}
        for way in ways:
            try:
                leaves = self._walk([way], common, condition)
            except PlanningError as fault:
                if fault.code != "FIELD_UNREACHABLE":
                    raise
                continue
            bundle = choose_cheapest([leaf.ways for leaf in leaves], ())
            bundles[bundle] = cost_of(bundle, ())
        if not bundles:
            raise PlanningError(
                f"No subgraph can resolve {selections.type_name} here as a whole.",
                code="FIELD_UNREACHABLE",
            )
        ordered = sorted(bundles, key=lambda bundle: bundles[bundle])
        return Leaf(ways=tuple(ordered), condition=condition)

    def _walk_typename(self, paths: Sequence[Step], condition: Condition) -> list[Leaf]:
        """A leaf for the concrete type, or where there is nothing else, for existence."""
        if any(path.parent is None for path in paths):
            return []
        ways = self._cheapest(way for path in paths for way in self._ways(path, _TYPENAME))
        return [_leaf(ways, condition)] if ways else []

    def _cheapest(self, ways: Iterable[Step]) -> list[Step]:
        found = list(dict.fromkeys(ways))
        found.sort(key=lambda way: way.cost)
        return found[: self._candidates_max]

    def _narrow_all(self, paths: Sequence[Step], object_type: str) -> list[Step]:
        """Go on with one object type, if it can occur.

        Where several subgraphs could serve the place, an object type counts only if all of
        them know it there: what one of them cannot return, the client must not depend on.
        """
        narrowed: list[Step] = []
        for path in paths:
            here = type_at(self._graph, path.node)
            found = self._narrow(path, object_type)
            if not found and not here.is_interface_object:
                return []
            narrowed += found
        return narrowed

    def _narrow(self, path: Step, object_type: str) -> list[Step]:
        if path.node.type_name == object_type:
            return [path]
        if type_at(self._graph, path.node).is_abstract:
            starts = [path]
        else:
            starts = list(self._hops_from(path).values())
        moves = [
            (start, move)
            for start in starts
            if (move := abstract_move(self._graph, start.node, object_type)) is not None
        ]
        return [self._paths.narrow(start, move) for start, move in moves]

    def _ways(self, path: Step, field: Field) -> list[Step]:
        """The field from here, or from wherever the entity can be fetched."""
        direct = field_move(self._graph, path.node, field.name)
        found = [self._paths.take(path, direct, field)] if direct else []
        if direct and (field.selections is None or not self._lives_elsewhere(path, field)):
            return found
        for hop in self._hops_from(path).values():
            move = field_move(self._graph, hop.node, field.name)
            if move is not None:
                found.append(self._paths.take(hop, move, field))
        return found + self._requiring_ways(path, field)

    def _lives_elsewhere(self, path: Step, field: Field) -> bool:
        node = path.node
        return any(
            field.name in self._graph.types[node.type_name, subgraph].fields
            for subgraph in self._graph.homes[node.type_name]
            if subgraph != node.subgraph
        )

    def _requiring_ways(self, path: Step, field: Field) -> list[Step]:
        found: dict[Node, Step] = {}
        for move in requiring_moves(self._graph, path.node, field.name):
            if (path, move) in self._busy:
                continue
            contexts = self._contexts.bind(path, move)
            if contexts is None:
                continue
            self._busy.add((path, move))
            needs = self._satisfy([path, *self._hops_from(path).values()], move, path, contexts)
            self._busy.discard((path, move))
            taken = field_move(self._graph, move.tail, field.name, carried=field.name)
            if needs is None or taken is None:
                continue
            hop = self._paths.hop(path, move, needs, contexts)
            way = self._paths.take(hop, taken, field)
            best = found.get(move.tail)
            if best is None or way.cost < best.cost:
                found[move.tail] = way
        return list(found.values())

    def _hops_from(self, path: Step) -> dict[Node, Step]:
        """Every node where the entity at this place can be fetched.

        Keys that are not known here may be fetched from a node found before, so we look again
        until nothing new turns up; each round adds a node, so it ends.
        """
        known = self._hops.get(path)
        if known is not None:
            return known
        hops: dict[Node, Step] = {}
        self._hops[path] = hops
        if self._depth >= _KEY_DEPTH_MAX:
            return hops
        self._depth += 1
        if path.node.type_name == self._graph.root_types.get("query"):
            hops.update(self._reenter(path))
        moves = list(entity_moves(self._graph, path.node))
        found = True
        while found:
            found = False
            reached = self._reach(path, [m for m in moves if m.tail not in hops], hops)
            for tail, hop in reached.items():
                hops[tail] = hop
                found = True
        self._depth -= 1
        return hops

    def _reach(
        self, path: Step, moves: Iterable[EntityMove], hops: dict[Node, Step]
    ) -> dict[Node, Step]:
        """One round: the cheapest way to each node whose key can be had by now."""
        reached: dict[Node, Step] = {}
        for move in moves:
            needs = self._satisfy([path, *hops.values()], move, path)
            if needs is None:
                continue
            hop = self._paths.hop(path, move, needs)
            best = reached.get(move.tail)
            if best is None or hop.cost < best.cost:
                reached[move.tail] = hop
        return reached

    def _reenter(self, path: Step) -> dict[Node, Step]:
        """From the query type anywhere to the query roots of other subgraphs."""
        return {
            move.tail: self._paths.hop(path, move, ())
            for move in root_moves(self._graph, path.node.type_name)
            if move.tail.subgraph != path.node.subgraph and path.parent is not None
        }

    def _satisfy(
        self,
        starts: Sequence[Step],
        move: EntityMove,
        path: Step,
        contexts: Sequence[BoundContext] = (),
    ) -> tuple[Step, ...] | None:
        """The cheapest leaves that make up the representation, or None if it cannot be had.

        With them come the leaves of context values, wherever they are read.
        """
        selections = self._requirements.selections(path.node.type_name, move.requirement)
        try:
            leaves = self._walk_needs(starts, selections, bool(move.requires))
            for context in contexts:
                leaves += self._walk([context.base], context.selections, ALWAYS)
        except PlanningError as fault:
            if fault.code != "FIELD_UNREACHABLE":
                raise
            return None
        chosen = choose_cheapest([leaf.ways for leaf in leaves], (path,))
        return tuple(step for step, _ in chosen)

    def _walk_needs(
        self, starts: Sequence[Step], selections: SelectionSet, is_requirement: bool
    ) -> list[Leaf]:
        """Like `_walk`, on one object that several fetches may already be at.

        A key is read where it is; a requirement may itself need other requirements.
        """
        leaves: list[Leaf] = []
        for field in selections.fields:
            ways = [
                self._paths.take(start, move, field)
                for start in starts
                if (move := field_move(self._graph, start.node, field.name)) is not None
            ]
            if not ways and is_requirement:
                ways = self._requiring_ways(starts[0], field)
            if not ways:
                raise PlanningError("A key is out of reach.", code="FIELD_UNREACHABLE")
            ways = self._cheapest(ways)
            if field.selections is None:
                leaves.append(_leaf(ways, ALWAYS))
            else:
                leaves += self._walk(ways, field.selections, ALWAYS)
        return leaves
