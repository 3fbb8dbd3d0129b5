"""Prints the join graph in DOT, for drawing."""

from federation.graph.join_graph import JoinGraph
from federation.graph.node import Node
from federation.graph.walk import abstract_move, entity_moves, field_move


def export_dot(graph: JoinGraph) -> str:
    """The graph with one cluster for each subgraph; leaves are left out."""
    lines = ["digraph join {", "  rankdir=LR;"]
    for subgraph in sorted({where for _, where in graph.types}):
        lines.append(f'  subgraph "cluster_{subgraph}" {{ label="{subgraph}";')
        lines += [
            f'    "{name}/{subgraph}";' for name, where in sorted(graph.types) if where == subgraph
        ]
        lines.append("  }")
    for name, subgraph in sorted(graph.types):
        lines += sorted(_edges(graph, Node(name, subgraph)))
    return "\n".join([*lines, "}"])


def _edges(graph: JoinGraph, node: Node) -> set[str]:
    edges: set[str] = set()
    type_ = graph.types[node.type_name, node.subgraph]
    for name in type_.fields:
        move = field_move(graph, node, name)
        if move is not None and move.tail is not None:
            tail = Node(move.tail.type_name, move.tail.subgraph)
            edges.add(f'  "{node}" -> "{tail}" [label="{name}"];')
    for object_type in type_.object_types:
        narrowed = abstract_move(graph, node, object_type)
        if narrowed is not None and (object_type, node.subgraph) in graph.types:
            edges.add(f'  "{node}" -> "{narrowed.tail}" [style=dashed];')
    for hop in entity_moves(graph, node):
        edges.add(f'  "{node}" -> "{hop.tail}" [label="{{{hop.key}}}", color=blue];')
    return edges
