"""A subgraph's document: parsed, completed with the spec's definitions, validated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    build_ast_schema,
    parse,
    validate_schema,
)
from graphql.validation.validate import validate_sdl

from federation.limits import SUBGRAPH_TOKENS_MAX
from federation.supergraph.model import TypeKind
from federation.vocabulary.directives import (
    FEDERATION_DIRECTIVES,
    FEDERATION_ONE,
    FEDERATION_SCALARS,
)
from federation.vocabulary.join import LINK_DEFINITIONS
from federation.vocabulary.link import DirectiveNames

TypePart = TypeDefinitionNode | TypeExtensionNode
ROOT_NAMES = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
SERVICE_FIELDS = frozenset({"_service", "_entities"})
SERVICE_TYPES = frozenset({"_Any", "_Entity", "_Service"})
_SPEC_TYPES = frozenset({"_FieldSet", "link__Import", "link__Purpose"})
_ACCEPTED_FAULTS = frozenset(
    {
        "Query root type must be provided.",
        "Type Query must define one or more fields.",
    }
)

_DEFINITION_OF: dict[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
}
_KIND_OF: dict[type[TypeDefinitionNode], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT_OBJECT,
}


@dataclass(frozen=True, slots=True)
class TypeParts:
    """All nodes of one type: its definition, if it is here, and its extensions."""

    name: str
    kind: TypeKind
    nodes: tuple[tuple[TypePart, bool], ...]
    """Each with whether it extends."""

    @property
    def is_defined(self) -> bool:
        """Whether the definition itself is in this document."""
        return any(not in_extension for _, in_extension in self.nodes)

    @property
    def description(self) -> str | None:
        """The description that the definition carries."""
        for node, _ in self.nodes:
            description = getattr(node, "description", None)
            if description is not None:
                return str(description.value)
        return None


def parse_subgraph(sdl: str) -> DocumentNode:
    """Parse the SDL.

    Raises:
        GraphQLError: the text is no GraphQL, or is too long.
    """
    try:
        return parse(sdl, max_tokens=SUBGRAPH_TOKENS_MAX)
    except RecursionError:
        raise GraphQLError("Syntax Error: it nests too deep.") from None


def schema_directives(document: DocumentNode) -> Iterator[ConstDirectiveNode]:
    """Every directive on the schema itself."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            yield from node.directives or ()


def group_types(nodes_of_document: Iterable[DefinitionNode]) -> list[TypeParts]:
    """The types of a document, definitions and extensions brought together."""
    nodes: dict[str, list[tuple[TypePart, bool]]] = {}
    for node in nodes_of_document:
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            is_extension = isinstance(node, TypeExtensionNode)
            nodes.setdefault(node.name.value, []).append((node, is_extension))
    return [TypeParts(name, _kind_of(parts[0][0]), tuple(parts)) for name, parts in nodes.items()]


def _kind_of(node: TypePart) -> TypeKind:
    if isinstance(node, TypeExtensionNode):
        return _KIND_OF[_DEFINITION_OF[type(node)]]
    return _KIND_OF[type(node)]


def root_names(document: DocumentNode) -> dict[str, str]:
    """Root types that `schema { query: … }` calls otherwise → their standard names."""
    renames = {
        operation.type.name.value: ROOT_NAMES[operation.operation.value]
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for operation in node.operation_types or ()
    }
    return {old: new for old, new in renames.items() if old != new}


def find_graphql_faults(document: DocumentNode, names: DirectiveNames) -> list[str]:
    """What makes the document invalid as GraphQL, once the spec's definitions are there."""
    complete = _with_definitions(document, names)
    try:
        faults = validate_sdl(complete)
        if not faults:
            schema = build_ast_schema(complete, assume_valid_sdl=True)
            faults = validate_schema(schema)
    except (GraphQLError, TypeError, RecursionError) as fault:
        return [str(getattr(fault, "message", fault))]
    return [fault.message for fault in faults if fault.message not in _ACCEPTED_FAULTS]


def without_spec_definitions(
    document: DocumentNode, names: DirectiveNames
) -> tuple[DefinitionNode, ...]:
    """What the subgraph itself declares, without definitions copied from the specs."""
    return tuple(node for node in document.definitions if not _is_spec_definition(node, names))


def _is_spec_definition(node: DefinitionNode, names: DirectiveNames) -> bool:
    if isinstance(node, DirectiveDefinitionNode):
        name = node.name.value
        return name == "link" or name in names.canonical
    if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
        name = node.name.value
        return (
            name in names.type_names
            or name in _SPEC_TYPES
            or name.startswith("federation__")
            or (name == "FieldSet" and names.version == FEDERATION_ONE)
        )
    return False


def _type_nodes(document: DocumentNode) -> Iterator[TypePart]:
    for node in document.definitions:
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            yield node


def _with_definitions(document: DocumentNode, names: DirectiveNames) -> DocumentNode:
    """Add the spec's directives and scalars; make each first extension without a base one."""
    own = without_spec_definitions(document, names)
    defined = {node.name.value for node in own if isinstance(node, TypeDefinitionNode)}
    nodes: list[DefinitionNode] = []
    for node in own:
        if isinstance(node, TypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            nodes.append(_as_definition(node))
        else:
            nodes.append(node)
    spelled = _spec_sdl(names)
    return DocumentNode(definitions=(*nodes, *parse(spelled, no_location=True).definitions))


def _as_definition(node: TypeExtensionNode) -> TypeDefinitionNode:
    values = {key: getattr(node, key) for key in node.keys}
    return _DEFINITION_OF[type(node)](**values)


def _spec_sdl(names: DirectiveNames) -> str:
    directives = [
        FEDERATION_DIRECTIVES[canonical].print_definition(local)
        for canonical, local in names.local.items()
    ]
    scalars = [f"scalar federation__{name}" for name in FEDERATION_SCALARS]
    imported = [f"scalar {name}" for name in sorted(names.type_names)]
    links = ["scalar link__Import", "enum link__Purpose { SECURITY EXECUTION }"]
    return "\n".join([*directives, *scalars, *imported, *links, *LINK_DEFINITIONS])
