"""Reads a subgraph's SDL: parse, resolve links, validate as GraphQL, collect declarations."""

from collections.abc import Iterable, Mapping

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    GraphQLError,
    InputValueDefinitionNode,
    StringValueNode,
    TypeNode,
    value_from_ast_untyped,
)

from federation.compose.check_definitions import check_definitions
from federation.compose.check_links import check_links
from federation.compose.check_roots import check_roots
from federation.compose.findings import Findings
from federation.compose.subgraph import (
    Applied,
    DirectiveDeclaration,
    Element,
    FieldDeclaration,
    InputDeclaration,
    SubgraphSchema,
    SubgraphSource,
    TypeDeclaration,
)
from federation.compose.subgraph_document import (
    SERVICE_FIELDS,
    SERVICE_TYPES,
    TypePart,
    TypeParts,
    find_graphql_faults,
    group_types,
    parse_subgraph,
    root_names,
    schema_directives,
    without_spec_definitions,
)
from federation.compose.type_reference import TypeReference, read_type
from federation.supergraph.model import TypeKind
from federation.vocabulary.directives import FEDERATION_ONE
from federation.vocabulary.link import (
    DirectiveNames,
    Link,
    LinkError,
    find_links,
    resolve_names,
)


def read_subgraph(source: SubgraphSource, findings: Findings) -> SubgraphSchema | None:
    """The declarations of one subgraph; None, with errors noted, when it is not valid."""
    try:
        document = parse_subgraph(source.sdl)
        links = find_links(document)
    except GraphQLError as fault:
        findings.error("INVALID_GRAPHQL", fault.message, subgraphs=[source.name])
        return None
    except LinkError as fault:
        findings.error(fault.code, str(fault), subgraphs=[source.name])
        return None
    if not check_links(source.name, links, findings):
        return None
    names = resolve_names(links)
    check_definitions(source.name, document, names, findings)
    check_roots(source.name, document, findings)
    faults = find_graphql_faults(document, names)
    for message in faults:
        findings.error("INVALID_GRAPHQL", message, subgraphs=[source.name])
    if faults:
        return None
    return _Reader(source, names, links, root_names(document)).read(document)


class _Reader:
    """Turns the syntax nodes of one subgraph into declarations."""

    def __init__(
        self,
        source: SubgraphSource,
        names: DirectiveNames,
        links: tuple[Link, ...],
        roots: Mapping[str, str],
    ) -> None:
        self._source = source
        self._names = names
        self._links = links
        self._roots = roots

    def read(self, document: DocumentNode) -> SubgraphSchema:
        own = without_spec_definitions(document, self._names)
        types = [
            self._read_type(parts) for parts in group_types(own) if parts.name not in SERVICE_TYPES
        ]
        if not any(each.name == "Query" for each in types):
            types.append(TypeDeclaration(name="Query", kind=TypeKind.OBJECT))
        return SubgraphSchema(
            name=self._source.name,
            url=self._source.url,
            names=self._names,
            links=self._links,
            types={each.name: each for each in types},
            directive_definitions={
                node.name.value: self._read_definition(node)
                for node in own
                if isinstance(node, DirectiveDefinitionNode)
            },
            directives=self._read_directives(schema_directives(document)),
        )

    def _read_definition(self, node: DirectiveDefinitionNode) -> DirectiveDeclaration:
        return DirectiveDeclaration(
            name=node.name.value,
            description=_text(node.description),
            arguments={each.name.value: self._read_input(each) for each in node.arguments or ()},
            locations=tuple(each.value for each in node.locations),
            is_repeatable=node.repeatable,
        )

    def _read_type(self, parts: TypeParts) -> TypeDeclaration:
        directives = tuple(
            applied
            for node, in_extension in parts.nodes
            for applied in self._read_directives(node.directives, in_extension=in_extension)
        )
        has_extends = any(each.is_federation and each.name == "extends" for each in directives)
        return TypeDeclaration(
            name=self._standard(parts.name),
            kind=parts.kind,
            description=parts.description,
            directives=directives,
            is_extension=has_extends or not parts.is_defined,
            fields=self._read_fields(parts),
            inputs=self._read_inputs(parts),
            interfaces=_distinct(
                each.name.value
                for node, _ in parts.nodes
                for each in getattr(node, "interfaces", None) or ()
            ),
            members=_distinct(
                self._standard(each.name.value)
                for node, _ in parts.nodes
                for each in getattr(node, "types", None) or ()
            ),
            values={
                each.name.value: Element(
                    name=each.name.value,
                    description=_text(each.description),
                    directives=self._read_directives(each.directives),
                )
                for node, _ in parts.nodes
                for each in getattr(node, "values", None) or ()
            },
        )

    def _read_fields(self, parts: TypeParts) -> dict[str, FieldDeclaration]:
        if parts.kind not in {TypeKind.OBJECT, TypeKind.INTERFACE}:
            return {}
        return {
            each.name.value: self._read_field(each, node, in_extension)
            for node, in_extension in parts.nodes
            for each in getattr(node, "fields", None) or ()
            if each.name.value not in SERVICE_FIELDS
        }

    def _read_field(
        self, node: FieldDefinitionNode, owner: TypePart, in_extension: bool
    ) -> FieldDeclaration:
        inherited = tuple(
            each
            for each in self._read_directives(owner.directives, in_extension=in_extension)
            if each.is_federation and each.name in {"shareable", "external"}
        )
        return FieldDeclaration(
            name=node.name.value,
            description=_text(node.description),
            directives=self._read_directives(node.directives) + inherited,
            type=self._read_reference(node.type),
            arguments={each.name.value: self._read_input(each) for each in node.arguments or ()},
            in_extension=in_extension,
        )

    def _read_inputs(self, parts: TypeParts) -> dict[str, InputDeclaration]:
        if parts.kind is not TypeKind.INPUT_OBJECT:
            return {}
        return {
            each.name.value: self._read_input(each)
            for node, _ in parts.nodes
            for each in getattr(node, "fields", None) or ()
        }

    def _read_input(self, node: InputValueDefinitionNode) -> InputDeclaration:
        return InputDeclaration(
            name=node.name.value,
            description=_text(node.description),
            directives=self._read_directives(node.directives),
            type=self._read_reference(node.type),
            default=node.default_value,
        )

    def _read_value(self, argument: ConstArgumentNode) -> object:
        """Its value; Federation 1 took a list of names for a field set, too.

        An enum value reads like a string, but is no field set.
        """
        value = value_from_ast_untyped(argument.value)
        if argument.name.value != "fields" or isinstance(argument.value, StringValueNode):
            return value
        if self._names.version == FEDERATION_ONE and isinstance(value, list):
            return " ".join(map(str, value))
        return [value]

    def _standard(self, name: str) -> str:
        return self._roots.get(name, name)

    def _read_reference(self, node: TypeNode) -> TypeReference:
        return read_type(node, self._roots)

    def _read_directives(
        self, nodes: Iterable[ConstDirectiveNode] | None, *, in_extension: bool = False
    ) -> tuple[Applied, ...]:
        return tuple(self._read_directive(node, in_extension) for node in nodes or ())

    def _read_directive(self, node: ConstDirectiveNode, in_extension: bool) -> Applied:
        canonical = self._names.canonical.get(node.name.value)
        return Applied(
            name=canonical or node.name.value,
            is_federation=canonical is not None,
            arguments={each.name.value: self._read_value(each) for each in node.arguments or ()},
            node=node,
            in_extension=in_extension,
        )


def _text(node: StringValueNode | None) -> str | None:
    return None if node is None else node.value


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
