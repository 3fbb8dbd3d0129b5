"""Bindings over the records of a subgraph: what `build_subgraph` resolves, answered in batches."""

from collections.abc import Callable
from random import Random
from types import SimpleNamespace
from typing import Any

from graphql import GraphQLError, GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLUnionType

from federation.program.bindings import Batch, Bindings, Entities
from tests.federation.records import Data


def bind_records(schema: GraphQLSchema, data: Data, random: Random) -> Bindings:
    """Some of the fields as batches; references and types of records always."""
    fields = {
        (type_.name, name): Batch(_batch(type_, field, is_async=random.random() < 0.3))
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("_")
        if type_ not in (schema.mutation_type, schema.subscription_type)
        for name, field in type_.fields.items()
        if not name.startswith("_") and random.random() < 0.7
    }
    return Bindings(fields=fields, entities=_entities(schema, data))


def _batch(type_: GraphQLObjectType, field: GraphQLField, *, is_async: bool) -> Callable[..., Any]:
    resolve = field.resolve
    assert resolve is not None
    info: Any = SimpleNamespace(parent_type=type_, return_type=field.type)

    def batch(parents: list[Any], _context: Any, **arguments: Any) -> list[Any]:
        return [
            _item(lambda parent=parent: resolve(parent, info, **arguments)) for parent in parents
        ]

    async def batch_later(parents: list[Any], context: Any, **arguments: Any) -> list[Any]:
        return batch(parents, context, **arguments)

    return batch_later if is_async else batch


def _item(resolve: Callable[[], Any]) -> Any:
    try:
        return resolve()
    except GraphQLError as fault:
        return fault


def _entities(schema: GraphQLSchema, data: Data) -> dict[str, Entities]:
    union = schema.type_map.get("_Entity")
    if not isinstance(union, GraphQLUnionType):
        return {}
    names = [each.name for each in union.types]
    names += sorted({above.name for each in union.types for above in each.interfaces})
    query = schema.query_type
    assert query is not None
    find = query.fields["_entities"].resolve
    assert find is not None

    def resolve(representations: list[Any], _context: Any) -> list[Any]:
        found: list[Any] = find(None, None, representations=representations)  # type: ignore[arg-type]
        return found

    return {name: Entities(resolve) for name in names}
