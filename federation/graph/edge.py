"""Edges of the join graph: the moves that lead from one node to another.

RootMove      into the root type of a subgraph, at the start or again from `query: Query`
FieldMove     along a field, within a subgraph
AbstractMove  from an interface or union to one of its object types, within a subgraph
EntityMove    to another subgraph that knows the same entity by a key; the representation may
              name an interface (to or from an interface object) and carry requirements
"""

from dataclasses import dataclass

from federation.graph.node import Node
from federation.graph.requirement import FieldSet


@dataclass(frozen=True, slots=True)
class RootMove:
    """Begins a fetch at a root type."""

    tail: Node


@dataclass(frozen=True, slots=True)
class FieldMove:
    """Selects a field."""

    name: str
    tail: Node | None
    """None for a leaf."""
    list_depth: int = 0
    shape: str = ""
    """The field's type in this subgraph, as far as it can conflict with others."""


@dataclass(frozen=True, slots=True)
class AbstractMove:
    """Narrows an abstract type to an object type."""

    tail: Node


@dataclass(frozen=True, slots=True)
class EntityMove:
    """Begins a fetch of entities."""

    tail: Node
    type_name: str
    """The `__typename` of the representation."""
    requirement: FieldSet
    """What the representation carries: a key, and what a field requires."""
    key: FieldSet
    """The part that identifies the entity."""
    requires: str | None = None
    """The field whose requirement is carried, if it is for one."""


Move = RootMove | FieldMove | AbstractMove | EntityMove
