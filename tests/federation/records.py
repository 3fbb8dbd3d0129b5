"""Executable schemas over plain records: a monolith, and subgraphs that share its data.

data.json holds roots and tables: {"Query": {...}, "Track": {"1": {...}}}. A value may be
    {"$ref": "Track/1"}                    the record of that type and id
    {"$arg": "first", "1": …, "2": …}      chosen by the value of an argument
    {"$error": "message"}                  raised
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InlineFragmentNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    SelectionSetNode,
    build_ast_schema,
    is_abstract_type,
    parse,
    print_ast,
)
from graphql.utilities import extend_schema

from tests.federation.contexts import ContextArguments, read_context

FIELDS = {"ObjectTypeDefinitionNode", "InterfaceTypeDefinitionNode"}


@dataclass(frozen=True, eq=False)
class Record:
    """An object with its type, and how a reference to it looked."""

    type_name: str
    values: Mapping[str, Any]
    representation: Mapping[str, Any] | None = None
    parent: "Record | None" = None
    """The record above it in the answer."""


class Data:
    """All records of a case."""

    def __init__(self, tables: Mapping[str, Any], api_schema: GraphQLSchema) -> None:
        self.tables = tables
        self.api_schema = api_schema

    def root(self, type_name: str) -> Record:
        return Record(type_name, self.tables.get(type_name, {}))

    def wrap(self, value: Any, type_name: str, parent: Record | None = None) -> Any:
        """Follow references and give objects their type."""
        if isinstance(value, list):
            return [self.wrap(item, type_name, parent) for item in value]
        if not isinstance(value, Mapping):
            return value
        if "$ref" in value:
            table, key = value["$ref"].split("/", 1)
            return Record(table, self.tables[table][key], parent=parent)
        return Record(value.get("__typename", type_name), value, parent=parent)

    def find(self, representation: Mapping[str, Any]) -> Record | None:
        """The record that a representation's key means."""
        wanted = {k: v for k, v in representation.items() if k != "__typename"}
        for type_name in self.possible(representation["__typename"]):
            for values in self.tables.get(type_name, {}).values():
                if self.matches(values, wanted):
                    return Record(type_name, values, wanted)
        return None

    def possible(self, type_name: str) -> list[str]:
        type_ = self.api_schema.type_map[type_name]
        if is_abstract_type(type_):
            return [each.name for each in self.api_schema.get_possible_types(type_)]
        return [type_name]

    def matches(self, values: Any, wanted: Any) -> bool:
        if isinstance(wanted, Mapping):
            values = self.wrap(values, "").values if isinstance(values, Mapping) else values
            return isinstance(values, Mapping) and all(
                name == "__typename" or name not in values or self.matches(values[name], each)
                for name, each in wanted.items()
            )
        if isinstance(wanted, list):
            return len(wanted) == len(values) and all(
                self.matches(mine, theirs) for mine, theirs in zip(values, wanted, strict=True)
            )
        if isinstance(values, Mapping) and ("$error" in values or "$arg" in values):
            return True
        return values == wanted


def build_monolith(data: Data, contexts: ContextArguments | None = None) -> GraphQLSchema:
    """One schema over all records."""
    for type_ in data.api_schema.type_map.values():
        if is_abstract_type(type_):
            type_.resolve_type = lambda value, *_: value.type_name
        elif isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                filled = (contexts or {}).get((type_.name, name))
                field.resolve = _resolver(data, name, None, filled)
                if type_.name == "Subscription":
                    field.subscribe = _events(data, name)
    return data.api_schema


def build_subgraph(sdl: str, data: Data) -> GraphQLSchema:
    """An executable subgraph; it checks what `@requires` brings along."""
    document = parse(sdl)
    schema = build_ast_schema(_without_federation(document), assume_valid_sdl=True)
    entities = _entity_names(document, schema)
    additions = (
        " scalar _Any extend type Query { _service: _Service } type _Service { sdl: String }"
    )
    if "Query" not in schema.type_map:
        additions = additions.replace("extend type Query", "type Query")
    if entities:
        additions += f" union _Entity = {' | '.join(entities)}"
        additions += " extend type Query { _entities(representations: [_Any!]!): [_Entity]! }"
    if "Query" in schema.type_map:
        schema = extend_schema(schema, parse(additions), assume_valid_sdl=True)
    else:
        printed = print_ast(_without_federation(document)) + additions
        schema = build_ast_schema(parse(printed), assume_valid_sdl=True)
    requires = dict(_requirements(document))
    for type_ in schema.type_map.values():
        if is_abstract_type(type_):
            type_.resolve_type = _type_resolver(schema)
        elif isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                field.resolve = _resolver(data, name, requires.get((type_.name, name)))
                if type_.name == "Subscription":
                    field.subscribe = _events(data, name)
    if entities:
        schema.query_type.fields["_entities"].resolve = lambda _, __, representations: [
            _Found(data.find(each), each["__typename"]) if data.find(each) else None
            for each in representations
        ]
    return schema


class _Found(Record):
    """A record that was looked up by reference, under the name the reference used."""

    def __init__(self, record: Record, named: str) -> None:
        super().__init__(record.type_name, record.values, record.representation)
        object.__setattr__(self, "named", named)


def _type_resolver(schema: GraphQLSchema) -> Any:
    def resolve_type(value: Record, _info: Any, type_: Any) -> str:
        names = [value.type_name, getattr(value, "named", None)]
        return next(
            name for name in names if isinstance(schema.type_map.get(name or ""), GraphQLObjectType)
        )

    return resolve_type


def _resolver(data: Data, name: str, required: SelectionSetNode | None, filled: Any = None) -> Any:
    def resolve(source: Record | None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        source = source or data.root(info.parent_type.name)
        if required is not None:
            _check_required(data, source, required)
        for argument, (setters, selections) in (filled or {}).items():
            arguments[argument] = read_context(data, source, setters, selections)
        if info.parent_type.name == "Subscription" and isinstance(source, dict):
            value = source[name]
        else:
            value = source.values.get(name)
        while isinstance(value, Mapping) and "$arg" in value:
            value = value.get(str(arguments.get(value["$arg"])))
        if isinstance(value, Mapping) and "$error" in value:
            raise GraphQLError(value["$error"])
        parent = source if isinstance(source, Record) else None
        return data.wrap(value, _named(info.return_type), parent)

    return resolve


def _events(data: Data, name: str) -> Any:
    async def subscribe(_: Any, __: Any, **___: Any) -> Any:
        for event in data.tables["Subscription"][name]:
            yield {name: event}

    return subscribe


def _named(type_: Any) -> str:
    while hasattr(type_, "of_type"):
        type_ = type_.of_type
    return type_.name


def _check_required(data: Data, source: Record, required: SelectionSetNode) -> None:
    if source.representation is None:
        raise GraphQLError(f"{source.type_name} came without {print_ast(required)}")
    _check_selections(data, source.values, source.representation, required)


def _check_selections(data: Data, values: Any, given: Any, required: SelectionSetNode) -> None:
    if isinstance(given, list):
        items = [data.wrap(item, "") for item in values]
        for mine, theirs in zip(items, given, strict=True):
            inner = mine.values if isinstance(mine, Record) else mine
            _check_selections(data, inner, theirs, required)
        return
    for selection in required.selections:
        if isinstance(selection, InlineFragmentNode):
            if given.get("__typename") == selection.type_condition.name.value:
                _check_selections(data, values, given, selection.selection_set)
            continue
        assert isinstance(selection, FieldNode)
        name = selection.name.value
        if name not in given:
            raise GraphQLError(f"{name} was required and is not there")
        value = data.wrap(values.get(name), "")
        if selection.selection_set and given[name] is not None:
            inner = value.values if isinstance(value, Record) else values.get(name)
            _check_selections(data, inner, given[name], selection.selection_set)
        elif not data.matches(values.get(name), given[name]):
            raise GraphQLError(f"{name} was required and came as {given[name]!r}")


def _without_federation(document: DocumentNode) -> DocumentNode:
    kept = []
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        kind = type(node)
        if isinstance(node, ObjectTypeExtensionNode):
            kind = ObjectTypeDefinitionNode
        elif isinstance(node, InterfaceTypeExtensionNode):
            kind = InterfaceTypeDefinitionNode
        kept.append(_bare(node, kind))
    return DocumentNode(definitions=tuple(kept))


def _bare(node: Any, kind: type | None = None) -> Any:
    parts = {key: getattr(node, key, None) for key in node.keys if key != "loc"}
    parts["directives"] = ()
    for key in ("fields", "values", "arguments"):
        if parts.get(key):
            parts[key] = tuple(_bare(each) for each in parts[key])
    return (kind or type(node))(**parts)


def _entity_names(document: DocumentNode, schema: GraphQLSchema) -> list[str]:
    names = set()
    for node in document.definitions:
        if any(d.name.value == "key" for d in getattr(node, "directives", None) or ()):
            type_ = schema.type_map[node.name.value]
            if is_abstract_type(type_):
                names |= {each.name for each in schema.get_possible_types(type_)}
            else:
                names.add(type_.name)
    return sorted(names)


def _requirements(document: DocumentNode) -> Any:
    for node in document.definitions:
        for field in getattr(node, "fields", None) or ():
            for directive in field.directives or ():
                if directive.name.value == "requires":
                    text = _argument(directive)
                    operation: Any = parse(f"{{{text}}}").definitions[0]
                    yield (node.name.value, field.name.value), operation.selection_set


def _argument(directive: DirectiveNode) -> str:
    value: Any = directive.arguments[0].value
    return value.value
