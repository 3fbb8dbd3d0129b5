"""What `@cost` and `@listSize` say of a supergraph (https://specs.apollo.dev/cost/v0.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSize:
    """`@listSize`: how many items a list has."""

    assumed: int | None = None
    slicing_arguments: tuple[str, ...] = ()
    """Arguments that say how many items are asked for."""
    sized_fields: tuple[str, ...] = ()
    """The lists below that are meant; empty for the field itself."""
    requires_one: bool = True
    """Exactly one of the slicing arguments must be given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """All weights and list sizes; what is not listed costs what the spec says by default."""

    types: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(type, field) → weight; of input objects as well."""
    arguments: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """(type, field, argument) → weight."""
    list_sizes: Mapping[tuple[str, str], ListSize] = field(default_factory=dict)
    """(type, field) → size."""
