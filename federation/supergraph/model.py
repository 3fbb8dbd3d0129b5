"""The supergraph as frozen values: every type and field with the subgraphs it lives in.

The shapes follow the join spec v0.3+ (https://specs.apollo.dev/join): one `JoinType` for each
`@join__type`, one `JoinField` for each `@join__field`. Field sets stay text, as in the SDL.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from graphql import DirectiveNode

from federation.supergraph.cache_hints import CacheHints
from federation.supergraph.costs import Costs


class TypeKind(StrEnum):
    """The six kinds of a named type (GraphQL spec 3.4.1)."""

    SCALAR = "SCALAR"
    OBJECT = "OBJECT"
    INTERFACE = "INTERFACE"
    UNION = "UNION"
    ENUM = "ENUM"
    INPUT_OBJECT = "INPUT_OBJECT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgraph:
    """One composed subgraph."""

    name: str
    url: str = ""
    """Where it answers over HTTP; empty for one that lives in this process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinType:
    """`@join__type`: the type is defined in a subgraph, once for each of its keys."""

    subgraph: str
    key: str | None = None
    """Field set of the key, without the outer braces; None for a type without one."""
    is_extension: bool = False
    is_resolvable: bool = True
    is_interface_object: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextArgument:
    """An argument filled by the gateway from `@fromContext`."""

    name: str
    type: str
    context: str
    selection: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinField:
    """`@join__field`: how one subgraph takes part in a field."""

    subgraph: str | None = None
    """None says: no subgraph resolves it here (an interface object does)."""
    requires: str | None = None
    provides: str | None = None
    type: str | None = None
    """The field's type in this subgraph, where it differs from the supergraph's."""
    is_external: bool = False
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    context_arguments: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InputValue:
    """An argument, or a field of an input object."""

    name: str
    type: str
    default: str | None = None
    """The default value as GraphQL text; None for no default."""
    description: str | None = None
    joins: tuple[JoinField, ...] = ()
    directives: tuple[DirectiveNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupergraphField:
    """A field of an object or interface type."""

    name: str
    type: str
    """The type as GraphQL text, such as `[Track!]`."""
    arguments: Mapping[str, InputValue] = field(default_factory=dict)
    joins: tuple[JoinField, ...] = ()
    """Empty: every subgraph that defines the type resolves the field (join spec)."""
    description: str | None = None
    directives: tuple[DirectiveNode, ...] = ()
    """Everything applied but the join directives (@deprecated, @tag, @inaccessible …)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValue:
    """A value of an enum and the subgraphs that know it."""

    name: str
    subgraphs: tuple[str, ...] = ()
    description: str | None = None
    directives: tuple[DirectiveNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SupergraphType:
    """A named type of the supergraph; parts that its kind does not have stay empty."""

    name: str
    kind: TypeKind
    joins: tuple[JoinType, ...] = ()
    fields: Mapping[str, SupergraphField] = field(default_factory=dict)
    input_fields: Mapping[str, InputValue] = field(default_factory=dict)
    implements: tuple[tuple[str, str], ...] = ()
    """(subgraph, interface) for each `@join__implements`."""
    members: tuple[tuple[str, str], ...] = ()
    """(subgraph, object type) for each `@join__unionMember`."""
    values: Mapping[str, EnumValue] = field(default_factory=dict)
    description: str | None = None
    directives: tuple[DirectiveNode, ...] = ()
    contexts: tuple[str, ...] = ()
    """Names of the contexts that `@context` sets on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supergraph:
    """All composed types, and the subgraphs they come from, by name."""

    subgraphs: Mapping[str, Subgraph]
    types: Mapping[str, SupergraphType]
    directive_definitions: tuple[str, ...] = ()
    """SDL of the directive definitions that clients see or that must be carried along."""
    links: tuple[str, ...] = ()
    """`@link` applications on the schema besides link and join, as GraphQL text."""
    costs: Costs = field(default_factory=Costs)
    """What `@cost` and `@listSize` say."""
    cache_hints: CacheHints = field(default_factory=CacheHints)
    """What `@cacheControl` says."""
    guard_names: Mapping[str, str] = field(default_factory=dict)
    """What directives are called here that ask something of callers → their names in the specs."""
