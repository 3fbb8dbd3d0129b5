"""How the fields of a subgraph are answered: its built schema, read for the compiled executor."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import strawberry
from graphql import GraphQLField, GraphQLResolveInfo, is_interface_type, is_object_type
from strawberry.federation import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from federation.program.bindings import Attribute, Batch, Bindings, Entities, Resolver
from resolvers.context import RequestContext
from schema.batched import References, Resolve, batch_of
from schema.definition import SubgraphDefinition, id_of

Binding = Attribute | Batch | Resolver
ReadArguments = Callable[[dict[str, Any]], dict[str, Any]]

PLAIN_TYPES = frozenset({int, float, str, bool, strawberry.ID})
"""Arguments of these types reach a resolver as they come."""


def strawberry_bindings(definition: SubgraphDefinition) -> Bindings:
    """What can be said of a subgraph's fields; of the others the executor asks the schema.

    Nothing is said where the library would do more than call the resolver.
    """
    return Bindings(
        fields=dict(_fields(definition)) if _is_plain(definition.schema) else {},
        entities=dict(_entities(definition)),
        type_of=definition.type_name,
        is_typed_by_class=True,
    )


def _is_plain(schema: Schema) -> bool:
    """No extension, exception handler or default resolver of its own has a word in fields."""
    return (
        not schema.extensions
        and not schema.exception_handlers
        and schema.config.default_resolver is getattr
    )


def _fields(definition: SubgraphDefinition) -> Iterator[tuple[tuple[str, str], Binding]]:
    for type_ in definition.executable.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                binding = _binding(definition.schema, type_.name, field)
                if binding is not None:
                    yield (type_.name, name), binding


def _binding(schema: Schema, type_name: str, field: GraphQLField) -> Binding | None:
    declared = field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField) or not _is_untouched(declared, field):
        return None
    if declared.base_resolver is None:
        return Attribute(declared.python_name)
    resolve = batch_of(declared.base_resolver.wrapped_func, type_name)
    if resolve is None:
        return _without_layers(schema, declared, declared.base_resolver)
    return Batch(_with_arguments(schema, declared, resolve))


def _is_untouched(declared: StrawberryField, field: GraphQLField) -> bool:
    """Nothing of the field's own stands around its resolver, which is still the library's."""
    return (
        not declared.extensions
        and not declared.permission_classes
        and not declared.is_subscription
        and hasattr(field.resolve, "_is_default")
    )


def _with_arguments(schema: Schema, declared: StrawberryField, resolve: Resolve) -> Resolve:
    """A batch resolver that takes the arguments of the schema."""
    if not declared.arguments:
        return resolve
    read = _argument_reader(schema, declared)

    def resolve_with(parents: Sequence[Any], ctx: RequestContext, **given: Any) -> Any:
        return resolve(parents, ctx, **read(given))

    return resolve_with


def _without_layers(
    schema: Schema, declared: StrawberryField, resolver: StrawberryResolver[Any]
) -> Resolver:
    """A resolver called with what it asks for, as the library would in the end."""
    read = _argument_reader(schema, declared)
    make_info = schema.config.info_class
    call: Any = resolver.wrapped_func
    takes_self = resolver.self_parameter is not None
    parent_names = [
        each.name for each in (resolver.parent_parameter, resolver.root_parameter) if each
    ]
    info_name = resolver.info_parameter.name if resolver.info_parameter else None

    def resolve(parent: Any, info: GraphQLResolveInfo[Any], **given: Any) -> Any:
        arguments = read(given)
        for name in parent_names:
            arguments[name] = parent
        if info_name is not None:
            arguments[info_name] = make_info(_raw_info=info, _field=declared)
        return call(parent, **arguments) if takes_self else call(**arguments)

    return Resolver(resolve, takes_info=info_name is not None)


def _argument_reader(schema: Schema, declared: StrawberryField) -> ReadArguments:
    """Gives arguments their Python names, and inputs and enums their classes."""
    names = {
        schema.config.name_converter.from_argument(each): each.python_name
        for each in declared.arguments
    }
    if all(_is_taken_as_it_is(each.type) for each in declared.arguments):
        return lambda given: {names[name]: value for name, value in given.items()}
    return lambda given: convert_arguments(
        given,
        declared.arguments,
        scalar_registry=schema.schema_converter.scalar_registry,
        config=schema.config,
    )


def _is_taken_as_it_is(type_: object) -> bool:
    if isinstance(type_, StrawberryOptional) and not isinstance(type_, StrawberryMaybe):
        type_ = type_.of_type
    return type_ in PLAIN_TYPES


def _entities(definition: SubgraphDefinition) -> Iterator[tuple[str, Entities]]:
    for type_ in definition.executable.type_map.values():
        if is_object_type(type_) or is_interface_type(type_):
            resolve = definition.references_of(type_.name)
            if resolve is not None:
                yield type_.name, Entities(_by_id(resolve))


def _by_id(resolve: References) -> Resolve:
    def resolve_entities(representations: Sequence[Mapping[str, Any]], ctx: RequestContext) -> Any:
        return resolve(_ids_of(representations), ctx)

    return resolve_entities


def _ids_of(representations: Sequence[Mapping[str, Any]]) -> list[str]:
    """What `id_of` says of each, in less time where all ids are plain."""
    ids = [each.get("id") for each in representations]
    return ids if {*map(type, ids)} == {str} else [*map(id_of, representations)]  # type: ignore[return-value]
