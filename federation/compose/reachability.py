"""What can be fetched from where: the moves of the join graph, followed to their ends.

Planning follows the same moves for one operation and keeps what each way costs. Composition
only asks whether there is a way, for every operation at once, so it remembers each answer by
node and never looks at the path that led there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from federation.graph.edge import EntityMove
from federation.graph.join_graph import JoinGraph
from federation.graph.node import Node
from federation.graph.requirement import EMPTY, FieldSet, RequiredField
from federation.graph.walk import (
    abstract_move,
    entity_moves,
    field_move,
    requiring_moves,
    root_moves,
    type_at,
)
from federation.operation.interface_fields import InterfaceFields
from federation.supergraph.model import Supergraph, TypeKind

ROPE = 8
"""How far needs may nest: what is inside a key, what a key of that needs, and so on."""

_Found = Mapping[str, Iterable["Way"]]
"""Field → the ways to it that carry a requirement along."""


@dataclass(frozen=True, slots=True)
class Way:
    """A field that can be had: who resolves it, and where it leads."""

    holder: Node
    tail: Node | None
    """None for a leaf."""


class Reachability:
    """Answers whether a field can be had at a node, by any chain of moves."""

    def __init__(self, graph: JoinGraph, supergraph: Supergraph) -> None:
        self.graph = graph
        self._types = supergraph.types
        self._interface_fields = InterfaceFields(supergraph)
        self._hops: dict[tuple[Node, int], frozenset[Node]] = {}
        self._ways: dict[tuple[Node, str, int], frozenset[Way]] = {}
        self._required: dict[tuple[Node, int], _Found] = {}
        self._missing_in: dict[tuple[str, frozenset[Node], FieldSet, int], str | None] = {}
        self._object_types: dict[str, list[str]] = {}

    def is_uniform(self, type_name: str, field_name: str) -> bool:
        """Whether an interface's field is asked for as such, not of its object types."""
        return field_name == "__typename" or self._interface_fields.is_uniform(
            type_name, field_name
        )

    def ways(self, node: Node, field_name: str, rope: int = ROPE) -> frozenset[Way]:
        """The field from here, or from wherever the entity can be fetched."""
        place = (node, field_name, rope)
        if place not in self._ways:
            self._ways[place] = frozenset(self._find_ways(*place))
        return self._ways[place]

    def _find_ways(self, node: Node, field_name: str, rope: int) -> Iterable[Way]:
        direct = field_move(self.graph, node, field_name)
        if direct is not None:
            yield Way(node, direct.tail)
            if direct.tail is None and not self._lives_elsewhere(node, field_name):
                return
        for hop in self.hops(node, rope):
            move = field_move(self.graph, hop, field_name)
            if move is not None:
                yield Way(hop, move.tail)
        yield from self._requiring_ways(node, rope).get(field_name, ())

    def _lives_elsewhere(self, node: Node, field_name: str) -> bool:
        return any(
            field_name in self.graph.types[node.type_name, subgraph].fields
            for subgraph in self.graph.homes[node.type_name]
            if subgraph != node.subgraph
        )

    def _requiring_ways(self, node: Node, rope: int) -> _Found:
        """Fields whose requirement can be had here, and where they lead then.

        A requirement may need another, so we look again until nothing new turns up.
        """
        place = (node, rope)
        if place not in self._required:
            self._required[place] = self._find_requiring_ways(node, rope)
        return self._required[place]

    def _find_requiring_ways(self, node: Node, rope: int) -> _Found:
        found: dict[str, set[Way]] = {}
        moves = [
            (name, move)
            for name in self._requiring_fields(node)
            for move in requiring_moves(self.graph, node, name)
        ]
        starts = frozenset((node, *self.hops(node, rope)))
        while rope and moves:
            rest = []
            for name, move in moves:
                taken = field_move(self.graph, move.tail, name, carried=name)
                if self._missing(node, starts, move.requirement, rope - 1, found) is not None:
                    rest.append((name, move))
                elif taken is not None:
                    found.setdefault(name, set()).add(Way(move.tail, taken.tail))
            if len(rest) == len(moves):
                break
            moves = rest
        return found

    def _requiring_fields(self, node: Node) -> list[str]:
        """Fields that are entered with a representation: they require, or need a context."""
        interfaces = (name for name, _ in self.graph.stand_ins.get(node.type_name, ()))
        names = {
            field.name: None
            for type_name in (node.type_name, *interfaces)
            for field in self._types[type_name].fields.values()
            if any(join.requires or join.context_arguments for join in field.joins)
        }
        return list(names)

    def hops(self, node: Node, rope: int = ROPE) -> frozenset[Node]:
        """Every node where the entity at this node can be fetched.

        A key that is not known here may be fetched from a node found before, so we look
        again until nothing new turns up.
        """
        place = (node, rope)
        if place not in self._hops:
            self._hops[place] = self._find_hops(node, rope)
        return self._hops[place]

    def _find_hops(self, node: Node, rope: int) -> frozenset[Node]:
        found: set[Node] = set()
        if node.type_name == self.graph.root_types.get("query"):
            found.update(move.tail for move in root_moves(self.graph, node.type_name))
        moves = list(entity_moves(self.graph, node))
        while rope and moves:
            starts = frozenset((node, *found))
            moves = [move for move in moves if move.tail not in found]
            reached = {
                move.tail
                for move in moves
                if self._missing(node, starts, move.requirement, rope - 1) is None
            }
            if not reached:
                break
            found |= reached
        return frozenset(found)

    def missing_for(self, node: Node, move: EntityMove) -> str | None:
        """The first field that keeps a representation from being made here; None for none."""
        starts = frozenset((node, *self.hops(node)))
        known = self._requiring_ways(node, ROPE) if move.requires else {}
        return self._missing(node, starts, move.requirement, ROPE - 1, known)

    def _missing(
        self,
        node: Node,
        starts: frozenset[Node],
        needed: FieldSet,
        rope: int,
        known: _Found | None = None,
    ) -> str | None:
        """On one object that several fetches may already be at.

        A key is read where it is; for a requirement, `known` tells what else is there.
        """
        uniform, spread = self._open(node.type_name, needed)
        for field in uniform:
            moves = [field_move(self.graph, start, field.name) for start in starts]
            tails = {move.tail for move in moves if move is not None}
            if not tails and known:
                tails = {way.tail for way in known.get(field.name, ())}
            missing = self._missing_below(node.type_name, field, tails, rope)
            if missing is not None:
                return missing
        return self._missing_of_types(frozenset({node}), spread, rope)

    def _missing_below(
        self, owner: str, field: RequiredField, tails: set[Node | None], rope: int
    ) -> str | None:
        if not tails:
            return field.name
        if field.selections is None:
            return None
        inner = self._types[owner].fields[field.name].type.strip("[]!")
        nodes = frozenset(tail for tail in tails if tail is not None)
        missing = self._missing_selection(inner, nodes, field.selections, rope)
        return missing and f"{field.name}.{missing}"

    def _missing_selection(
        self, type_name: str, nodes: frozenset[Node], needed: FieldSet, rope: int
    ) -> str | None:
        place = (type_name, nodes, needed, rope)
        if place not in self._missing_in:
            self._missing_in[place] = self._find_missing_in(*place)
        return self._missing_in[place]

    def _find_missing_in(
        self, type_name: str, nodes: frozenset[Node], needed: FieldSet, rope: int
    ) -> str | None:
        uniform, spread = self._open(type_name, needed)
        for field in uniform:
            tails = {way.tail for node in nodes for way in self.ways(node, field.name, rope)}
            missing = self._missing_below(type_name, field, tails, rope)
            if missing is not None:
                return missing
        return self._missing_of_types(nodes, spread, rope)

    def _missing_of_types(
        self, nodes: frozenset[Node], spread: dict[str, FieldSet], rope: int
    ) -> str | None:
        for object_type, needed in spread.items():
            narrowed = self.narrow(nodes, object_type, rope)
            if narrowed:
                missing = self._missing_selection(object_type, narrowed, needed, rope)
                if missing is not None:
                    return missing
        return None

    def _open(
        self, type_name: str, needed: FieldSet
    ) -> tuple[tuple[RequiredField, ...], dict[str, FieldSet]]:
        """Fields asked for as they stand, and those asked for of object types."""
        type_ = self._types[type_name]
        if type_.kind is TypeKind.OBJECT:
            return self._within(type_name, needed).union(FieldSet(needed.fields)).fields, {}
        uniform = tuple(f for f in needed.fields if self.is_uniform(type_name, f.name))
        rest = FieldSet(tuple(f for f in needed.fields if f not in uniform))
        spread = {
            name: opened
            for name in self.object_types(type_name)
            if (opened := self._within(name, needed).union(rest)).fields
        }
        return uniform, spread

    def _within(self, object_type: str, needed: FieldSet) -> FieldSet:
        """What the fragments of a field set say of one object type."""
        names = {object_type, *(name for _, name in self._types[object_type].implements)}
        found = EMPTY
        for name, variant in needed.variants:
            if name in names:
                found = found.union(FieldSet(variant.fields)).union(
                    self._within(object_type, variant)
                )
        return found

    def object_types(self, type_name: str) -> list[str]:
        """The object types that an interface or union may turn out to be, in any subgraph."""
        if type_name not in self._object_types:
            members = {member for _, member in self._types[type_name].members}
            implementing = {
                other.name
                for other in self._types.values()
                if other.kind is TypeKind.OBJECT
                and any(interface == type_name for _, interface in other.implements)
            }
            self._object_types[type_name] = sorted(members | implementing)
        return self._object_types[type_name]

    def narrow(self, nodes: Iterable[Node], object_type: str, rope: int = ROPE) -> frozenset[Node]:
        """Go on with one object type, if it can occur.

        Where several subgraphs could serve the place, an object type counts only if all of
        them know it there: what one of them cannot return, no client can depend on.
        """
        narrowed: set[Node] = set()
        for node in nodes:
            found = self._narrow(node, object_type, rope)
            if not found and not type_at(self.graph, node).is_interface_object:
                return frozenset()
            narrowed |= found
        return frozenset(narrowed)

    def _narrow(self, node: Node, object_type: str, rope: int) -> set[Node]:
        if node.type_name == object_type:
            return {node}
        is_abstract = type_at(self.graph, node).is_abstract
        starts = (node,) if is_abstract else self.hops(node, rope)
        moves = (abstract_move(self.graph, start, object_type) for start in starts)
        return {move.tail for move in moves if move is not None}
