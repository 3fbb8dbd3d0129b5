"""An operation in normal form: no fragments, one field for each response key."""

from dataclasses import dataclass, field
from functools import cached_property

from graphql import FieldNode, ValueNode

from federation.operation.conditions import ALWAYS, Condition
from federation.operation.deferral import DeferUsage, Owner


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One field; equal only to itself, since a large operation shares its parts."""

    name: str
    key: str
    """The response key; in a requirement, the key under which the tree keeps the value."""
    arguments: str = ""
    """As GraphQL text with parentheses, or empty."""
    variables: frozenset[str] = frozenset()
    condition: Condition = ALWAYS
    selections: "SelectionSet | None" = None
    is_client: bool = True
    """False for what only the engine needs: keys and requirements."""
    owner: Owner = None
    """The deferred fragment it comes with; None for at once."""


Places = tuple[tuple[int, Condition], ...]
"""Where a response key stands in the text; which place counts may depend on conditions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Fields selected only where an abstract type turns out to be one object type."""

    type_name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class SelectionSet:
    """What is selected of one type.

    fields     on the type itself (interface fields that every subgraph knows, or of an object)
    variants   on object types of an abstract type
    """

    type_name: str
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    order: dict[tuple[str | None, str], Places] = field(default_factory=dict)
    """(object type or None, response key) → places in the client's order."""
    opened: tuple[DeferUsage, ...] = ()
    """Deferred fragments that stand right here."""

    @cached_property
    def size(self) -> int:
        """Number of fields, with everything below."""
        return sum(1 + (f.selections.size if f.selections else 0) for f in self.all_fields)

    @cached_property
    def depth(self) -> int:
        """Levels of fields, this one included."""
        below = (f.selections.depth for f in self.all_fields if f.selections)
        return 1 + max(below, default=0)

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """Fields on the type and on all variants."""
        return self.fields + tuple(f for variant in self.variants for f in variant.fields)

    def fields_of(self, type_name: str) -> list[tuple[Places, Field]]:
        """The fields that an object of this type shows, each with its places in the text."""
        placed: list[tuple[Places, Field]] = [(self.order[None, f.key], f) for f in self.fields]
        for variant in self.variants:
            if variant.type_name == type_name:
                placed += [(self.order[type_name, f.key], f) for f in variant.fields]
        return sorted(placed, key=lambda pair: pair[0][0][0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A variable that the operation declares."""

    name: str
    type: str
    default: ValueNode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation, ready to be planned."""

    kind: str
    """query, mutation or subscription."""
    name: str | None
    root: SelectionSet
    variables: dict[str, Variable] = field(default_factory=dict)
    introspection: tuple[tuple[FieldNode, Condition], ...] = ()
    """`__schema` and `__type`, which the gateway answers itself."""
