"""Reads a supergraph SDL (join spec v0.3+), composed here or elsewhere, into the model."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
    value_from_ast_untyped,
)

from federation.errors import FederationError
from federation.limits import SUPERGRAPH_TOKENS_MAX
from federation.supergraph.model import (
    ContextArgument,
    EnumValue,
    InputValue,
    JoinField,
    JoinType,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeKind,
)
from federation.supergraph.read_cache_hints import read_cache_hints
from federation.supergraph.read_costs import read_costs
from federation.vocabulary.directives import SPEC_OF_DIRECTIVE
from federation.vocabulary.link import Link, LinkError, find_links, identity_is_known

_GUARDS = ("authenticated", "requiresScopes", "policy")
_KINDS: Mapping[type[DefinitionNode], TypeKind] = {
    ScalarTypeDefinitionNode: TypeKind.SCALAR,
    ObjectTypeDefinitionNode: TypeKind.OBJECT,
    InterfaceTypeDefinitionNode: TypeKind.INTERFACE,
    UnionTypeDefinitionNode: TypeKind.UNION,
    EnumTypeDefinitionNode: TypeKind.ENUM,
    InputObjectTypeDefinitionNode: TypeKind.INPUT_OBJECT,
}


def read_supergraph(sdl: str) -> Supergraph:
    """Read a supergraph SDL.

    Raises:
        FederationError: the text is no supergraph (code INVALID_SUPERGRAPH).
    """
    document = parse_supergraph(sdl)
    graphs = _read_graphs(document)
    names = {key: graph.name for key, graph in graphs.items()}
    links = _read_links(document)
    context = next(_names_of("context", links), "context")
    types: dict[str, SupergraphType] = {}
    for node in document.definitions:
        kind = _KINDS.get(type(node))
        if kind is not None and _applied(node, "join__type"):
            read = _read_type(node, kind, names, context)
            types[read.name] = read
    if not types:
        raise FederationError("No type carries @join__type.", code="INVALID_SUPERGRAPH")
    return Supergraph(
        subgraphs={graph.name: graph for graph in graphs.values()},
        types=types,
        directive_definitions=tuple(
            print_ast(node)
            for node in document.definitions
            if isinstance(node, DirectiveDefinitionNode)
            and not node.name.value.startswith(("join__", "link", "core"))
        ),
        costs=read_costs(types.values(), document),
        cache_hints=read_cache_hints(types.values()),
        guard_names={name: guard for guard in _GUARDS for name in _names_of(guard, links)},
    )


def parse_supergraph(sdl: str) -> DocumentNode:
    """Parse the text, within the bound on tokens.

    Raises:
        FederationError: the text is no GraphQL (code INVALID_SUPERGRAPH).
    """
    try:
        return parse(sdl, no_location=True, max_tokens=SUPERGRAPH_TOKENS_MAX)
    except GraphQLError as fault:
        raise FederationError(
            f"The supergraph cannot be parsed: {fault.message}", code="INVALID_SUPERGRAPH"
        ) from fault


def _read_links(document: DocumentNode) -> tuple[Link, ...]:
    """The specs that the supergraph uses; one that keeps something safe must be known."""
    try:
        links = find_links(document)
    except LinkError as fault:
        raise FederationError(str(fault), code="INVALID_SUPERGRAPH") from fault
    for link in links:
        if link.purpose == "SECURITY" and not identity_is_known(link.identity):
            raise FederationError(
                f"{link.url} is there for security, and not known here.", code="INVALID_SUPERGRAPH"
            )
    return links


def _names_of(directive: str, links: Iterable[Link]) -> Iterator[str]:
    """What a directive is called here, if its spec is linked."""
    identity = SPEC_OF_DIRECTIVE[directive]
    return (each.directive_name(directive) for each in links if each.identity == identity)


def _read_graphs(document: DocumentNode) -> dict[str, Subgraph]:
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            return {value.name.value: _read_graph(value) for value in node.values or ()}
    raise FederationError("There is no enum join__Graph.", code="INVALID_SUPERGRAPH")


def _read_graph(value: EnumValueDefinitionNode) -> Subgraph:
    for arguments in _applied(value, "join__graph"):
        return Subgraph(name=arguments["name"], url=arguments.get("url") or "")
    raise FederationError(
        f"join__Graph.{value.name.value} carries no @join__graph.", code="INVALID_SUPERGRAPH"
    )


def _read_type(
    node: Any, kind: TypeKind, graphs: Mapping[str, str], context: str
) -> SupergraphType:
    """Read one definition; `node` is any of the six kinds, whose parts differ."""
    joins = tuple(
        JoinType(
            subgraph=graphs[arguments["graph"]],
            key=arguments.get("key"),
            is_extension=bool(arguments.get("extension")),
            is_resolvable=arguments.get("resolvable") is not False,
            is_interface_object=bool(arguments.get("isInterfaceObject")),
        )
        for arguments in _applied(node, "join__type")
    )
    has_fields = kind in (TypeKind.OBJECT, TypeKind.INTERFACE)
    return SupergraphType(
        name=node.name.value,
        kind=kind,
        joins=joins,
        fields={f.name.value: _read_field(f, graphs) for f in node.fields or ()}
        if has_fields
        else {},
        input_fields={f.name.value: _read_input(f, graphs) for f in node.fields or ()}
        if kind is TypeKind.INPUT_OBJECT
        else {},
        implements=_read_implements(node, joins, graphs) if has_fields else (),
        members=_read_members(node, joins, graphs) if kind is TypeKind.UNION else (),
        values={v.name.value: _read_value(v, graphs) for v in node.values or ()}
        if kind is TypeKind.ENUM
        else {},
        description=_text(node),
        directives=_carried(node),
        contexts=tuple(str(arguments["name"]) for arguments in _applied(node, context)),
    )


def _read_implements(
    node: Any, joins: Sequence[JoinType], graphs: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    told = tuple(
        (graphs[arguments["graph"]], arguments["interface"])
        for arguments in _applied(node, "join__implements")
    )
    names = [interface.name.value for interface in node.interfaces or ()]
    return told or _in_every(joins, names)


def _read_members(
    node: UnionTypeDefinitionNode, joins: Sequence[JoinType], graphs: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    told = tuple(
        (graphs[arguments["graph"]], arguments["member"])
        for arguments in _applied(node, "join__unionMember")
    )
    return told or _in_every(joins, [member.name.value for member in node.types or ()])


def _in_every(joins: Sequence[JoinType], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """What the SDL leaves open holds in every subgraph of the type."""
    subgraphs = dict.fromkeys(join.subgraph for join in joins)
    return tuple((subgraph, name) for subgraph in subgraphs for name in names)


def _read_field(node: FieldDefinitionNode, graphs: Mapping[str, str]) -> SupergraphField:
    return SupergraphField(
        name=node.name.value,
        type=print_ast(node.type),
        arguments={a.name.value: _read_input(a, graphs) for a in node.arguments or ()},
        joins=_read_joins(node, graphs),
        description=_text(node),
        directives=_carried(node),
    )


def _read_joins(node: Any, graphs: Mapping[str, str]) -> tuple[JoinField, ...]:
    return tuple(
        JoinField(
            subgraph=graphs[arguments["graph"]] if arguments.get("graph") else None,
            requires=arguments.get("requires"),
            provides=arguments.get("provides"),
            type=arguments.get("type"),
            is_external=bool(arguments.get("external")),
            override=arguments.get("override"),
            override_label=arguments.get("overrideLabel"),
            used_overridden=bool(arguments.get("usedOverridden")),
            context_arguments=tuple(
                ContextArgument(
                    name=argument["name"],
                    type=argument["type"],
                    context=argument["context"],
                    selection=argument["selection"],
                )
                for argument in arguments.get("contextArguments") or ()
            ),
        )
        for arguments in _applied(node, "join__field")
    )


def _read_input(node: InputValueDefinitionNode, graphs: Mapping[str, str]) -> InputValue:
    return InputValue(
        name=node.name.value,
        type=print_ast(node.type),
        default=print_ast(node.default_value) if node.default_value else None,
        description=_text(node),
        joins=_read_joins(node, graphs),
        directives=_carried(node),
    )


def _read_value(node: EnumValueDefinitionNode, graphs: Mapping[str, str]) -> EnumValue:
    return EnumValue(
        name=node.name.value,
        subgraphs=tuple(
            graphs[arguments["graph"]] for arguments in _applied(node, "join__enumValue")
        ),
        description=_text(node),
        directives=_carried(node),
    )


def _applied(node: Any, name: str) -> list[dict[str, Any]]:
    """The arguments of each application of one directive."""
    directives: Iterable[DirectiveNode] = getattr(node, "directives", None) or ()
    return [
        {
            argument.name.value: value_from_ast_untyped(argument.value)
            for argument in directive.arguments or ()
        }
        for directive in directives
        if directive.name.value == name
    ]


def _carried(node: Any) -> tuple[DirectiveNode, ...]:
    return tuple(d for d in node.directives or () if not d.name.value.startswith("join__"))


def _text(node: Any) -> str | None:
    return node.description.value if node.description else None
