"""Says why a field cannot be fetched: for each subgraph with it, what is in the way."""

from collections.abc import Iterable, Iterator

from federation.compose.reachability import Reachability
from federation.graph.node import Node
from federation.graph.walk import entity_moves, requiring_moves, type_at
from federation.supergraph.model import JoinField, JoinType, Supergraph


def explain_unreachable(
    supergraph: Supergraph,
    reach: Reachability,
    type_name: str,
    field_name: str,
    nodes: Iterable[Node],
) -> list[str]:
    """One reason for each subgraph that could resolve the field, if it were reached."""
    told = _Telling(supergraph, reach, type_name, field_name, sorted(nodes, key=str))
    reasons = [reason for place in told.holders() for reason in told.reasons(*place)]
    return list(dict.fromkeys(reasons))


class _Telling:
    def __init__(
        self,
        supergraph: Supergraph,
        reach: Reachability,
        type_name: str,
        field_name: str,
        nodes: list[Node],
    ) -> None:
        self._supergraph = supergraph
        self._reach = reach
        self._type_name = type_name
        self._field_name = field_name
        self._nodes = nodes

    def holders(self) -> Iterator[tuple[str, str]]:
        """(type, subgraph) of all that resolve the field, interface objects included."""
        type_ = self._supergraph.types[self._type_name]
        field = type_.fields.get(self._field_name)
        joins = field.joins if field else ()
        if not joins:
            yield from ((self._type_name, name) for name in _subgraphs(type_.joins))
        for join in joins:
            if join.subgraph is not None and _resolves(join):
                yield self._type_name, join.subgraph
        for interface, subgraph in self._reach.graph.stand_ins.get(self._type_name, ()):
            if self._field_name in self._reach.graph.types[interface, subgraph].fields:
                yield interface, subgraph

    def reasons(self, holder: str, subgraph: str) -> Iterator[str]:
        """What is in the way to one subgraph."""
        joins = [join for join in self._supergraph.types[holder].joins if join.subgraph == subgraph]
        keys = [join for join in joins if join.key]
        required = self._required_in(holder, subgraph)
        if all(node.subgraph == subgraph for node in self._nodes) and not required:
            if type_at(self._reach.graph, self._nodes[0]).is_interface_object:
                yield f'"{subgraph}" cannot tell the type of "{holder}", an @interfaceObject there'
        elif not keys:
            yield f'"{holder}" has no key in "{subgraph}"'
        elif not any(join.is_resolvable for join in keys):
            told = ", ".join(f'"{join.key}"' for join in keys)
            yield f'the key {told} of "{holder}" is resolvable: false in "{subgraph}"'
        else:
            yield from self._missing_needs(Node(holder, subgraph), required)

    def _required_in(self, holder: str, subgraph: str) -> str | None:
        field = self._supergraph.types[holder].fields.get(self._field_name)
        joins = field.joins if field else ()
        return next((join.requires for join in joins if join.subgraph == subgraph), None)

    def _missing_needs(self, tail: Node, required: str | None) -> Iterator[str]:
        for node in self._nodes:
            moves = entity_moves(self._reach.graph, node)
            if required:
                moves = requiring_moves(self._reach.graph, node, self._field_name)
            for move in moves:
                missing = self._reach.missing_for(node, move) if move.tail == tail else None
                if missing is None:
                    continue
                what = f'key "{move.key}" of "{tail.type_name}"'
                if required and not _is_part(missing, str(move.key)):
                    what = f'@requires "{required}" of "{self._type_name}.{self._field_name}"'
                yield (
                    f'{what} in "{tail.subgraph}" needs "{missing}",'
                    f' which cannot be fetched from "{node.subgraph}"'
                )


def _resolves(join: JoinField) -> bool:
    return not join.is_external and not join.used_overridden


def _subgraphs(joins: Iterable[JoinType]) -> Iterable[str]:
    return dict.fromkeys(join.subgraph for join in joins)


def _is_part(missing: str, key: str) -> bool:
    return missing.split(".")[0] in key.replace("{", " ").split()
