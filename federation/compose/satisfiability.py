"""Checks that every operation clients may send can be planned, on the moves of the planner.

A place is a type, and the nodes at which subgraphs may have brought us there. We walk all
places once, nearest first, so the first operation that ends in a field nobody can fetch is
the shortest one.

    Query {media, social} ─ me ─▶ User {social} ─ name ─▶ nobody: SATISFIABILITY_ERROR
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from federation.compose.explain_unreachable import explain_unreachable
from federation.compose.findings import Findings
from federation.compose.override_labels import label_variants
from federation.compose.reachability import Reachability, Way
from federation.graph.build import build_join_graph
from federation.graph.node import Node
from federation.graph.walk import root_moves, type_at
from federation.limits import SATISFIABILITY_PLACES_MAX
from federation.supergraph.model import Supergraph

_NARROWING = "... on "
_OPERATIONS = ("query", "mutation", "subscription")


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A type in an operation, and the nodes it may have been reached at."""

    type_name: str
    nodes: frozenset[Node]
    contexts: frozenset[str]
    """What objects above this one have set for `@fromContext`."""
    step: str
    """The last part of the operation: a field, or a type condition."""
    before: "_Place | None" = None


def check_satisfiability(
    supergraph: Supergraph, schema: GraphQLSchema, context_name: str, findings: Findings
) -> None:
    """Note SATISFIABILITY_ERROR for each field that some valid operation cannot be given.

    `schema` is what clients see; `context_name` is what `@context` is called here.
    """
    reported: set[str] = set()
    for labels, variant in label_variants(supergraph):
        _Walk(variant, schema, context_name, labels, findings, reported).run()


class _Walk:
    """One walk over all places, with a fixed choice of override labels."""

    def __init__(
        self,
        supergraph: Supergraph,
        schema: GraphQLSchema,
        context_name: str,
        labels: tuple[str, ...],
        findings: Findings,
        reported: set[str],
    ) -> None:
        self._supergraph = supergraph
        self._schema = schema
        self._labels = labels
        self._findings = findings
        self._reported = reported
        self._graph = build_join_graph(supergraph)
        self._reach = Reachability(self._graph, supergraph)
        self._needed_contexts = _needed_contexts(supergraph)
        self._set_contexts = _set_contexts(supergraph, context_name)
        self._waiting: deque[_Place] = deque()
        self._visited: dict[str, list[_Place]] = {}
        self._places = 0

    def run(self) -> None:
        """Begin at the roots, and go on until no place is left."""
        for operation in _OPERATIONS:
            type_name = self._graph.root_types.get(operation)
            if type_name is not None:
                nodes = frozenset(move.tail for move in root_moves(self._graph, type_name))
                self._visit(type_name, nodes, operation, None)
        while self._waiting:
            place = self._waiting.popleft()
            type_ = self._schema.type_map.get(place.type_name)
            if isinstance(type_, GraphQLObjectType):
                self._walk_fields(place, type_.fields)
            elif type_ is not None and is_abstract_type(type_):
                self._walk_abstract(place, type_)

    def _visit(
        self, type_name: str, nodes: frozenset[Node], step: str, before: _Place | None
    ) -> None:
        """Queue a place, unless one with fewer ways to go on was seen already.

        Where a subgraph knows no object for an interface, there is none to ask anything of.
        """
        contexts = before.contexts if before else frozenset()
        if before is not None and not step.startswith(_NARROWING):
            contexts |= self._set_contexts.get(before.type_name, frozenset())
        seen = self._visited.setdefault(type_name, [])
        if any(self._is_empty(node) for node in nodes):
            return
        if any(each.nodes <= nodes and each.contexts <= contexts for each in seen):
            return
        self._places += 1
        if self._places > SATISFIABILITY_PLACES_MAX:
            self._refuse_size()
            return
        place = _Place(type_name, nodes, contexts, step, before)
        seen.append(place)
        self._waiting.append(place)

    def _is_empty(self, node: Node) -> bool:
        type_ = type_at(self._graph, node)
        return type_.is_abstract and not type_.object_types

    def _refuse_size(self) -> None:
        self._waiting.clear()
        if "" not in self._reported:
            self._reported.add("")
            self._findings.error(
                "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",
                f"There are more than {SATISFIABILITY_PLACES_MAX} places to check",
            )

    def _walk_fields(self, place: _Place, fields: Mapping[str, GraphQLField]) -> None:
        for name, field in fields.items():
            ways = self._ways(place, name)
            if not ways:
                self._report(place, name, field)
                continue
            inner = get_named_type(field.type)
            nodes = frozenset(way.tail for way in ways if way.tail is not None)
            if nodes and is_composite_type(inner):
                self._visit(inner.name, nodes, _print_field(name, field), place)

    def _walk_abstract(self, place: _Place, type_: GraphQLNamedType) -> None:
        if isinstance(type_, GraphQLInterfaceType):
            uniform = {
                name: field
                for name, field in type_.fields.items()
                if self._reach.is_uniform(type_.name, name)
            }
            self._walk_fields(place, uniform)
        if self._is_concealed(place):
            self._report(place, "__typename", None)
            return
        for object_type in self._reach.object_types(place.type_name):
            if object_type in self._schema.type_map:
                narrowed = self._reach.narrow(place.nodes, object_type)
                if narrowed:
                    self._visit(object_type, narrowed, f"{_NARROWING}{object_type}", place)

    def _is_concealed(self, place: _Place) -> bool:
        """Whether only interface objects lead here, and none can tell the object's type."""
        return all(
            type_at(self._graph, node).is_interface_object
            and not self._reach.ways(node, "__typename")
            for node in place.nodes
        )

    def _ways(self, place: _Place, name: str) -> list[Way]:
        return [
            way
            for node in place.nodes
            for way in self._reach.ways(node, name)
            if self._contexts_of(way.holder, name) <= place.contexts
        ]

    def _contexts_of(self, holder: Node, name: str) -> frozenset[str]:
        place = (holder.type_name, name, holder.subgraph)
        return self._needed_contexts.get(place, frozenset())

    def _report(self, place: _Place, name: str, field: GraphQLField | None) -> None:
        coordinate = f"{place.type_name}.{name}"
        if coordinate in self._reported:
            return
        self._reported.add(coordinate)
        reasons = explain_unreachable(
            self._supergraph, self._reach, place.type_name, name, place.nodes
        )
        missing = {
            context
            for needed, contexts in self._needed_contexts.items()
            if needed[:2] == (place.type_name, name)
            for context in contexts - place.contexts
        }
        reasons += [f'nothing on the way sets the context "{each}"' for each in sorted(missing)]
        labels = f" while {' and '.join(self._labels)} is on" if self._labels else ""
        self._findings.error(
            "SATISFIABILITY_ERROR",
            f"{_print_operation(place, name, field)} cannot be answered{labels}: "
            + "; ".join(reasons or [f'no subgraph resolves "{coordinate}" here']),
            subgraphs=sorted({node.subgraph for node in place.nodes}),
            at=coordinate,
        )


def _needed_contexts(supergraph: Supergraph) -> dict[tuple[str, str, str], frozenset[str]]:
    """(type, field, subgraph) → the contexts that its arguments are filled from."""
    return {
        (type_.name, field.name, join.subgraph or ""): frozenset(
            argument.context for argument in join.context_arguments
        )
        for type_ in supergraph.types.values()
        for field in type_.fields.values()
        for join in field.joins
        if join.context_arguments
    }


def _set_contexts(supergraph: Supergraph, context_name: str) -> dict[str, frozenset[str]]:
    """Type → the contexts it sets, itself or by what it implements or is a member of."""
    found: dict[str, frozenset[str]] = {}
    for type_ in supergraph.types.values():
        names = frozenset(_context_names(supergraph, type_.name, context_name))
        if names:
            members = {member for _, member in type_.members}
            implementing = {
                other.name
                for other in supergraph.types.values()
                if any(interface == type_.name for _, interface in other.implements)
            }
            for name in {type_.name, *members, *implementing}:
                found[name] = found.get(name, frozenset()) | names
    return found


def _context_names(supergraph: Supergraph, type_name: str, context_name: str) -> Iterator[str]:
    for directive in supergraph.types[type_name].directives:
        if directive.name.value == context_name:
            for argument in directive.arguments or ():
                yield str(getattr(argument.value, "value", ""))


def _print_operation(place: _Place, name: str, field: GraphQLField | None) -> str:
    """The operation that ends in a field, on one line."""
    text = _print_field(name, field) if field else name
    if field is not None and is_composite_type(get_named_type(field.type)):
        text += " { … }"
    step: _Place | None = place
    while step is not None:
        text = f"{step.step} {{ {text} }}"
        step = step.before
    return text


def _print_field(name: str, field: GraphQLField) -> str:
    required = [
        f"{argument}: <{definition.type}>"
        for argument, definition in field.args.items()
        if is_required_argument(definition)
    ]
    return f"{name}({', '.join(required)})" if required else name
