"""One subgraph as declarations: what its SDL says, with federation names resolved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import ConstDirectiveNode, ConstValueNode

from federation.compose.type_reference import TypeReference
from federation.supergraph.model import TypeKind
from federation.vocabulary.directives import FEDERATION_ONE
from federation.vocabulary.link import DirectiveNames, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgraphSource:
    """What composition is given for each subgraph."""

    name: str
    url: str = ""
    sdl: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """One directive on an element."""

    name: str
    """The name in the federation spec; for any other directive the name in the subgraph."""
    is_federation: bool
    arguments: Mapping[str, Any]
    node: ConstDirectiveNode
    in_extension: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """What all parts of a schema share."""

    name: str
    description: str | None = None
    directives: tuple[Applied, ...] = ()

    def applied(self, name: str) -> Iterator[Applied]:
        """Each application of a federation directive."""
        return (each for each in self.directives if each.is_federation and each.name == name)

    def find(self, name: str) -> Applied | None:
        """The first application of a federation directive."""
        return next(self.applied(name), None)

    def has(self, name: str) -> bool:
        """Whether a federation directive is applied."""
        return self.find(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDeclaration(Element):
    """An argument, or a field of an input object."""

    type: TypeReference
    default: ConstValueNode | None = None

    @property
    def is_required(self) -> bool:
        """Whether callers must give it."""
        return self.type.is_required and self.default is None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDeclaration(Element):
    """A field of an object or interface type."""

    type: TypeReference
    arguments: Mapping[str, InputDeclaration] = field(default_factory=dict)
    in_extension: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectiveDeclaration(Element):
    """The definition of a directive of the subgraph's own."""

    arguments: Mapping[str, InputDeclaration] = field(default_factory=dict)
    locations: tuple[str, ...] = ()
    is_repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDeclaration(Element):
    """A named type; parts that its kind does not have stay empty."""

    kind: TypeKind
    is_extension: bool = False
    """Only extended here, or marked `@extends`: the definition is in another subgraph."""
    fields: Mapping[str, FieldDeclaration] = field(default_factory=dict)
    inputs: Mapping[str, InputDeclaration] = field(default_factory=dict)
    interfaces: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    values: Mapping[str, Element] = field(default_factory=dict)

    @property
    def is_interface_object(self) -> bool:
        """Whether it stands for an interface of another subgraph."""
        return self.kind is TypeKind.OBJECT and self.has("interfaceObject")


@dataclass(frozen=True, kw_only=True)
class SubgraphSchema:
    """Everything one subgraph declares; root types carry their standard names."""

    name: str
    url: str
    names: DirectiveNames
    links: tuple[Link, ...]
    types: Mapping[str, TypeDeclaration]
    directive_definitions: Mapping[str, DirectiveDeclaration]
    """Directives of its own, by name."""
    directives: tuple[Applied, ...] = ()
    """Applied to the schema itself."""

    @cached_property
    def composed_directives(self) -> tuple[str, ...]:
        """Names given to `@composeDirective`, without `@`."""
        return tuple(
            str(each.arguments.get("name", "")).removeprefix("@")
            for each in self.directives
            if each.is_federation and each.name == "composeDirective"
        )

    @property
    def is_federation_one(self) -> bool:
        """Whether it was written without a link to Federation 2."""
        return self.names.version == FEDERATION_ONE

    def implementations(self, interface: str) -> list[TypeDeclaration]:
        """Object types here that implement an interface."""
        return [
            each
            for each in self.types.values()
            if each.kind is TypeKind.OBJECT and interface in each.interfaces
        ]

    def is_subtype(self, name: str, of: str) -> bool:
        """Whether `name` implements or is a member of `of`, as declared here."""
        child, parent = self.types.get(name), self.types.get(of)
        return (child is not None and of in child.interfaces) or (
            parent is not None and name in parent.members
        )
