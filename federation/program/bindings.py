"""How fields are answered without graphql-core: what a schema's owner says about its fields.

Every field may go unsaid: it is then resolved as graphql-core would, by its own resolver or
by the default one. What is said must mean the same as that resolver, only sooner.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value is `getattr(parent, name)`; reading it runs nothing else, nor is it awaitable."""

    name: str


@dataclass(frozen=True, slots=True)
class Batch:
    """One call answers a field for a level of parents: `resolve(parents, context, **arguments)`.

    It gives a list, or an awaitable of one, with an item for each parent and in their order; an
    exception as an item fails that place alone, one raised or a wrong length fails all of them.
    It is pure: equal parents may be asked for once. Arguments have their Python names.
    """

    resolve: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Resolver:
    """`resolve(parent, info, **arguments)` answers like the field's own resolver, in less time.

    What it gives may be awaitable, and may be anything else that graphql-core takes.
    """

    resolve: Callable[..., Any]
    takes_info: bool = True
    """Whether it looks at the info; else it is given None."""


@dataclass(frozen=True, slots=True)
class Entities:
    """One call answers all references to a type: `resolve(representations, context)`.

    The rules are those of a `Batch`, with representations (dicts) in place of parents.
    """

    resolve: Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bindings:
    """What is said about the fields of one schema."""

    fields: Mapping[tuple[str, str], Attribute | Batch | Resolver] = field(default_factory=dict)
    """By type name and field name."""
    entities: Mapping[str, Entities] = field(default_factory=dict)
    """By the type name that a representation carries in `__typename`."""
    type_of: Callable[[Any], str] | None = None
    """Object type name of a record, where abstract types are told apart that way."""
    is_typed_by_class: bool = False
    """`type_of` looks at the class of a record, and at nothing else."""
