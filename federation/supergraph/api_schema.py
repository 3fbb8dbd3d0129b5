"""The API schema: what clients see of a supergraph."""

from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
)

from federation.supergraph.reader import parse_supergraph
from federation.vocabulary.link import find_links

_SPECIFIED = frozenset({"deprecated", "specifiedBy", "oneOf"})
_EXECUTABLE = frozenset(
    {
        "QUERY",
        "MUTATION",
        "SUBSCRIPTION",
        "FIELD",
        "FRAGMENT_DEFINITION",
        "FRAGMENT_SPREAD",
        "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION",
    }
)
_TYPES = (
    ScalarTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    UnionTypeDefinitionNode,
    EnumTypeDefinitionNode,
    InputObjectTypeDefinitionNode,
)
_INACCESSIBLE = "https://specs.apollo.dev/inaccessible"


def build_api_schema(supergraph_sdl: str) -> GraphQLSchema:
    """Take the federation's own types, directives and all that is inaccessible away.

    Raises:
        FederationError: the text is no supergraph (code INVALID_SUPERGRAPH).
    """
    document = parse_supergraph(supergraph_sdl)
    hidden = _inaccessible_name(document)
    kept: list[DefinitionNode] = []
    hidden_types = {
        node.name.value
        for node in document.definitions
        if isinstance(node, _TYPES) and _has(node, hidden)
    }
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            if _is_executable(node):
                kept.append(node)
        elif isinstance(node, SchemaDefinitionNode):
            visible = tuple(
                each for each in node.operation_types if each.type.name.value not in hidden_types
            )
            kept.append(_changed(node, directives=(), operation_types=visible))
        elif (
            isinstance(node, _TYPES)
            and _has(node, "join__type")
            and node.name.value not in hidden_types
        ):
            kept.append(_strip_type(node, hidden, hidden_types))
    return build_ast_schema(DocumentNode(definitions=tuple(kept)), assume_valid_sdl=True)


def _inaccessible_name(document: DocumentNode) -> str:
    for link in find_links(document):
        if link.identity == _INACCESSIBLE:
            return link.directive_name("inaccessible")
    return "inaccessible"


def _is_executable(node: DirectiveDefinitionNode) -> bool:
    locations = {location.value for location in node.locations}
    return bool(locations & _EXECUTABLE)


def _strip_type(node: Any, hidden: str, hidden_types: set[str]) -> DefinitionNode:
    """Strip one definition; its parts depend on its kind."""
    changes: dict[str, Any] = {"directives": _specified(node)}
    if getattr(node, "fields", None):
        changes["fields"] = tuple(
            _strip_member(field, hidden) for field in node.fields if not _has(field, hidden)
        )
    if getattr(node, "values", None):
        changes["values"] = tuple(
            _strip_member(value, hidden) for value in node.values if not _has(value, hidden)
        )
    for part in ("interfaces", "types"):
        if getattr(node, part, None):
            changes[part] = tuple(
                named for named in getattr(node, part) if named.name.value not in hidden_types
            )
    stripped: DefinitionNode = _changed(node, **changes)
    return stripped


def _strip_member(node: Any, hidden: str) -> Any:
    changes: dict[str, Any] = {"directives": _specified(node)}
    if getattr(node, "arguments", None):
        changes["arguments"] = tuple(
            _changed(argument, directives=_specified(argument))
            for argument in node.arguments
            if not _has(argument, hidden)
        )
    return _changed(node, **changes)


def _specified(node: Any) -> tuple[Any, ...]:
    return tuple(d for d in node.directives or () if d.name.value in _SPECIFIED)


def _has(node: Any, directive: str) -> bool:
    return any(d.name.value == directive for d in node.directives or ())


def _changed(node: Any, **changes: Any) -> Any:
    """Copy a node with some of its parts replaced."""
    return type(node)(**{**{key: getattr(node, key, None) for key in node.keys}, **changes})
