"""Prints a supergraph as SDL of the join spec v0.5, the same text each time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from graphql import DirectiveNode, print_ast
from graphql.language.block_string import print_block_string
from graphql.language.print_string import print_string

from federation.supergraph.model import (
    ContextArgument,
    EnumValue,
    InputValue,
    JoinField,
    JoinType,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeKind,
)
from federation.vocabulary.join import (
    JOIN_DEFINITIONS,
    JOIN_URL,
    LINK_DEFINITIONS,
    LINK_URL,
    SPEC_TYPES,
    graph_names,
)

_ROOTS = (("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription"))
_KEYWORDS = {
    TypeKind.SCALAR: "scalar",
    TypeKind.OBJECT: "type",
    TypeKind.INTERFACE: "interface",
    TypeKind.UNION: "union",
    TypeKind.ENUM: "enum",
    TypeKind.INPUT_OBJECT: "input",
}


def print_supergraph(supergraph: Supergraph) -> str:
    """The SDL that any router loads: link, join, then every type by name."""
    return _Printer(supergraph).print()


class _Printer:
    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph
        self._graphs = graph_names(supergraph.subgraphs)

    def print(self) -> str:
        definitions = sorted(
            (*JOIN_DEFINITIONS, *LINK_DEFINITIONS, *self._supergraph.directive_definitions)
        )
        types = sorted(
            chain(
                ((_name_of(text), text) for text in SPEC_TYPES),
                [("join__Graph", self._print_graphs())],
                ((each.name, self._print_type(each)) for each in self._types()),
            )
        )
        blocks = [self._print_schema(), *definitions, *(text for _, text in types)]
        return "\n\n".join(blocks) + "\n"

    def _types(self) -> Iterable[SupergraphType]:
        return self._supergraph.types.values()

    def _print_schema(self) -> str:
        links = [
            f'@link(url: "{LINK_URL}")',
            f'@link(url: "{JOIN_URL}", for: EXECUTION)',
            *self._supergraph.links,
        ]
        roots = [
            f"{operation}: {name}" for operation, name in _ROOTS if name in self._supergraph.types
        ]
        return f"schema{_lines(links)}\n{_block(roots)}"

    def _print_graphs(self) -> str:
        values = [
            f"{self._graphs[each.name]} @join__graph"
            f"(name: {_string(each.name)}, url: {_string(each.url)})"
            for each in self._supergraph.subgraphs.values()
        ]
        return f"enum join__Graph {_block(values)}"

    def _print_type(self, each: SupergraphType) -> str:
        interfaces = sorted({interface for _, interface in each.implements})
        implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
        head = (
            f"{_description(each.description)}{_KEYWORDS[each.kind]} {each.name}{implements}"
            f"{_lines(self._type_directives(each))}"
        )
        if each.kind is TypeKind.UNION:
            members = sorted({member for _, member in each.members})
            return f"{head}\n  = {' | '.join(members)}"
        body = list(self._print_body(each))
        return f"{head}\n{_block(body)}" if body else head

    def _type_directives(self, each: SupergraphType) -> Iterator[str]:
        for subgraph, interface in each.implements:
            yield self._join("implements", subgraph, interface=_string(interface))
        for join in each.joins:
            yield self._print_join_type(join)
        for subgraph, member in each.members:
            yield self._join("unionMember", subgraph, member=_string(member))
        yield from map(print_ast, each.directives)

    def _print_join_type(self, join: JoinType) -> str:
        return self._join(
            "type",
            join.subgraph,
            key=_optional(join.key),
            extension=_flag(join.is_extension),
            resolvable=None if join.is_resolvable else "false",
            isInterfaceObject=_flag(join.is_interface_object),
        )

    def _print_body(self, each: SupergraphType) -> Iterator[str]:
        for field in each.fields.values():
            yield self._print_field(field)
        for value in each.input_fields.values():
            yield self._print_input(value, "")
        for enum_value in each.values.values():
            yield self._print_value(enum_value)

    def _print_field(self, field: SupergraphField) -> str:
        head = f"{_description(field.description)}{field.name}"
        tail = self._tail(field.joins, field.directives)
        return f"{head}{self._print_arguments(field.arguments)}: {field.type}{tail}"

    def _print_arguments(self, arguments: Mapping[str, InputValue]) -> str:
        if not arguments:
            return ""
        if not any(each.description for each in arguments.values()):
            printed = ", ".join(self._print_input(each, "") for each in arguments.values())
            return f"({printed})"
        printed = "\n".join(self._print_input(each, "  ") for each in arguments.values())
        return f"(\n{printed}\n)"

    def _print_input(self, value: InputValue, indent: str) -> str:
        default = f" = {value.default}" if value.default is not None else ""
        tail = self._tail(value.joins, value.directives)
        text = f"{_description(value.description)}{value.name}: {value.type}{default}{tail}"
        return _indent(text, indent)

    def _print_value(self, value: EnumValue) -> str:
        joins = [self._join("enumValue", subgraph) for subgraph in value.subgraphs]
        tail = "".join(f" {each}" for each in (*joins, *map(print_ast, value.directives)))
        return f"{_description(value.description)}{value.name}{tail}"

    def _tail(self, joins: Sequence[JoinField], directives: Sequence[DirectiveNode]) -> str:
        printed = chain(map(self._print_join_field, joins), map(print_ast, directives))
        return "".join(f" {each}" for each in printed)

    def _print_join_field(self, join: JoinField) -> str:
        return self._join(
            "field",
            join.subgraph,
            requires=_optional(join.requires),
            provides=_optional(join.provides),
            type=_optional(join.type),
            external=_flag(join.is_external),
            override=_optional(join.override),
            usedOverridden=_flag(join.used_overridden),
            overrideLabel=_optional(join.override_label),
            contextArguments=_print_context_arguments(join.context_arguments),
        )

    def _join(self, name: str, subgraph: str | None, **arguments: str | None) -> str:
        graph = None if subgraph is None else self._graphs[subgraph]
        given = {"graph": graph, **arguments}
        printed = ", ".join(f"{key}: {value}" for key, value in given.items() if value is not None)
        return f"@join__{name}({printed})" if printed else f"@join__{name}"


def _print_context_arguments(arguments: Sequence[ContextArgument]) -> str | None:
    if not arguments:
        return None
    printed = ", ".join(
        f"{{name: {_string(each.name)}, type: {_string(each.type)},"
        f" context: {_string(each.context)}, selection: {_string(each.selection)}}}"
        for each in arguments
    )
    return f"[{printed}]"


def _name_of(definition: str) -> str:
    """The name a definition of the specs gives, after its keyword."""
    return definition.split(maxsplit=2)[1]


def _string(text: str) -> str:
    return print_string(text)


def _optional(text: str | None) -> str | None:
    return None if text is None else _string(text)


def _flag(value: bool) -> str | None:
    return "true" if value else None


def _description(text: str | None) -> str:
    return "" if text is None else f"{print_block_string(text)}\n"


def _lines(directives: Iterable[str]) -> str:
    return "".join(f"\n  {each}" for each in directives)


def _block(entries: Iterable[str]) -> str:
    return "{\n" + "\n".join(_indent(each, "  ") for each in entries) + "\n}"


def _indent(text: str, indent: str) -> str:
    """Indent every line but empty ones."""
    return "\n".join(f"{indent}{line}" if line else line for line in text.split("\n"))
