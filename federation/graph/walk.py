"""The moves on the join graph, which planning and satisfiability share."""

from collections.abc import Iterator

from federation.graph.edge import AbstractMove, EntityMove, FieldMove, RootMove
from federation.graph.join_graph import JoinGraph, SubgraphField, SubgraphType
from federation.graph.node import Node
from federation.graph.requirement import FieldSet


def type_at(graph: JoinGraph, node: Node) -> SubgraphType:
    """What the node's subgraph knows of its type."""
    return graph.types[node.type_name, node.subgraph]


def root_moves(graph: JoinGraph, type_name: str) -> Iterator[RootMove]:
    """Into the root type of every subgraph that has it."""
    for subgraph in graph.homes.get(type_name, ()):
        yield RootMove(Node(type_name, subgraph))


def field_move(
    graph: JoinGraph, node: Node, name: str, carried: str | None = None
) -> FieldMove | None:
    """Along a field, if the subgraph can resolve it right here.

    `carried` names the field whose requirement the representation brought along.
    """
    type_ = type_at(graph, node)
    if name == "__typename":
        return None if type_.is_interface_object else FieldMove(name, None)
    field = type_.fields.get(name)
    if field is None:
        return None
    lent = node.view.find(name) if node.view else None
    if lent is None and (
        not field.is_resolvable or (field.requires is not None and carried != name)
    ):
        return None
    if field.contexts and carried != name:
        return None
    return FieldMove(
        name,
        _tail(graph, node, field, lent.selections if lent else None),
        field.list_depth,
        field.shape,
    )


def _tail(graph: JoinGraph, node: Node, field: SubgraphField, lent: FieldSet | None) -> Node | None:
    if field.is_leaf or (field.type_name, node.subgraph) not in graph.types:
        return None
    view = field.provides
    if lent is not None:
        view = view.union(lent) if view else lent
    return Node(field.type_name, node.subgraph, view)


def abstract_move(graph: JoinGraph, node: Node, object_type: str) -> AbstractMove | None:
    """To one object type of an abstract type, if it can occur in this subgraph."""
    if object_type not in type_at(graph, node).object_types:
        return None
    view = node.view.within(object_type) if node.view else None
    return AbstractMove(Node(object_type, node.subgraph, view))


def entity_moves(graph: JoinGraph, node: Node) -> Iterator[EntityMove]:
    """To other subgraphs that resolve references to the entity, for each of their keys."""
    for tail in _entity_tails(graph, node):
        for key in type_at(graph, tail).keys:
            yield EntityMove(tail, tail.type_name, key, key)


def resolving_moves(graph: JoinGraph, node: Node) -> Iterator[EntityMove]:
    """To all subgraphs that resolve references to the entity, the node's own included."""
    own = Node(node.type_name, node.subgraph)
    for tail in [*_entity_tails(graph, node), own]:
        for key in type_at(graph, tail).keys:
            yield EntityMove(tail, tail.type_name, key, key)


def requiring_moves(graph: JoinGraph, node: Node, name: str) -> Iterator[EntityMove]:
    """To subgraphs that resolve a field only when its requirement or context comes along.

    The way may lead back into the same subgraph, which cannot fetch its requirement itself.
    """
    tails = [*_entity_tails(graph, node)]
    if not type_at(graph, node).is_abstract:
        tails.append(Node(node.type_name, node.subgraph))
    for tail in tails:
        field = type_at(graph, tail).fields.get(name)
        if field is not None and field.is_entered:
            for key in type_at(graph, tail).keys:
                carried = key.union(field.requires) if field.requires else key
                yield EntityMove(tail, tail.type_name, carried, key, name)


def _entity_tails(graph: JoinGraph, node: Node) -> Iterator[Node]:
    here = type_at(graph, node)
    for subgraph in graph.homes[node.type_name]:
        there = graph.types[node.type_name, subgraph]
        are_both_real = here.is_abstract and there.is_abstract
        if subgraph != node.subgraph and not are_both_real:
            yield Node(node.type_name, subgraph)
    for interface, subgraph in graph.stand_ins.get(node.type_name, ()):
        yield Node(interface, subgraph)
