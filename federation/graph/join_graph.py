"""The join graph: what each subgraph knows of each type, ready to be walked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from federation.graph.requirement import FieldSet


@dataclass(frozen=True, slots=True)
class ContextUse:
    """An argument that is filled with a value of an object further up."""

    argument: str
    type: str
    context: str
    selection: FieldSet


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgraphField:
    """A field as one subgraph defines it."""

    name: str
    type_name: str
    is_leaf: bool
    list_depth: int
    shape: str
    """Two fields of one shape never conflict under one response key."""
    is_resolvable: bool
    """False: external here, and no part of a key."""
    requires: FieldSet | None = None
    provides: FieldSet | None = None
    contexts: tuple[ContextUse, ...] = ()

    @property
    def is_entered(self) -> bool:
        """Whether it is resolved only where a fetch begins, for what the fetch brings along."""
        return self.requires is not None or bool(self.contexts)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgraphType:
    """A composite type as one subgraph defines it."""

    name: str
    subgraph: str
    is_abstract: bool
    is_interface_object: bool = False
    fields: Mapping[str, SubgraphField] = field(default_factory=dict)
    keys: tuple[FieldSet, ...] = ()
    """Keys by which this subgraph resolves references."""
    object_types: frozenset[str] = frozenset()
    """Of an abstract type: what it may turn out to be in this subgraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinGraph:
    """Everything that moves are read from; see `walk`."""

    types: Mapping[tuple[str, str], SubgraphType]
    """(type, subgraph) → the type as this subgraph defines it."""
    homes: Mapping[str, tuple[str, ...]]
    """Type → the subgraphs that define it."""
    stand_ins: Mapping[str, tuple[tuple[str, str], ...]]
    """Object type → (interface, subgraph) of the interface objects that stand for it."""
    root_types: Mapping[str, str]
    """query, mutation, subscription → the root type's name."""
    contexts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Type → the contexts its objects set."""
