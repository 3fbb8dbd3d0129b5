"""What a subgraph is to the rest of the program."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import Any

import strawberry
from graphql import (
    GraphQLResolveInfo,
    GraphQLSchema,
    is_abstract_type,
    is_object_type,
)
from strawberry.federation import Schema

from schema.batched import References

REPRESENTATIONS_MAX = 10_000
ENTITIES_MAX = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgraphDefinition:
    """One domain's schema, and which GraphQL type each of its records is."""

    name: str
    """One of the six domains."""
    schema: Schema
    records: Mapping[type, str]
    """Record class → GraphQL type name, for interfaces, unions and `_entities`."""

    def __post_init__(self) -> None:
        """Let the schema's abstract types and `_entities` resolve to plain records."""
        for each in self.executable.type_map.values():
            if is_object_type(each):
                each.is_type_of = None
            elif is_abstract_type(each):
                each.resolve_type = lambda value, _info, _type: self.type_name(value)
        query = self.executable.query_type
        if query is not None and "_entities" in query.fields:
            query.fields["_entities"].resolve = self._resolve_entities

    @property
    def executable(self) -> GraphQLSchema:
        """The schema as graphql-core runs it."""
        return self.schema._schema

    def sdl(self) -> str:
        """The subgraph's SDL, as the composer and other routers read it."""
        return self.schema.as_str() + "\n"

    def type_name(self, value: Any) -> str:
        """The GraphQL type of a resolved value."""
        found = self.records.get(type(value))
        if found is not None:
            return found
        definition = getattr(type(value), "__strawberry_definition__", None)
        assert definition is not None, f"{type(value)} is no record of {self.name}"
        return str(definition.name)

    def references_of(self, type_name: str) -> References | None:
        """What finds a type's records by their ids; None for a type that is not found that way."""
        resolve: References | None = getattr(self._class_of(type_name), "resolve_references", None)
        return resolve

    def _class_of(self, type_name: str) -> type | None:
        found = self.executable.type_map.get(type_name)
        definition = None if found is None else found.extensions.get("strawberry-definition")
        return getattr(definition, "origin", None)

    def _resolve_entities(
        self, _root: object, info: GraphQLResolveInfo[Any], representations: list[dict[str, Any]]
    ) -> list[Any]:
        """Answer references one by one; a failing one fails alone (Federation: `_entities`).

        The library's own resolver changes its input, and one unknown type fails them all.
        """
        return [
            self._resolve_entity(info, representation)
            for representation in representations[:REPRESENTATIONS_MAX]
        ]

    def _resolve_entity(self, info: GraphQLResolveInfo[Any], representation: dict[str, Any]) -> Any:
        type_name = str(representation.get("__typename"))
        resolve = self.references_of(type_name)
        if resolve is not None:
            return _first_of(resolve([id_of(representation)], info.context))
        resolve_one = getattr(self._class_of(type_name), "resolve_reference", None)
        if resolve_one is None:
            return TypeError(f"{self.name} resolves no {type_name}")
        wanted = _parameters_of(resolve_one)
        arguments = {name: value for name, value in representation.items() if name in wanted}
        try:
            told = strawberry.Info(_raw_info=info, _field=None)  # type: ignore[arg-type]
            return resolve_one(info=told, **arguments)
        except Exception as error:  # noqa: BLE001  (graphql-core reports it at this index)
            return error


def id_of(representation: Mapping[str, Any]) -> str:
    """The key by which another subgraph mentions an entity: always its id."""
    return str(representation.get("id", ""))


async def _first_of(found: Awaitable[Sequence[Any]]) -> Any:
    return (await found)[0]


@lru_cache(maxsize=ENTITIES_MAX)
def _parameters_of(resolve: Callable[..., Any]) -> frozenset[str]:
    """What a reference resolver takes; looked up once, for a page names hundreds of entities."""
    return frozenset(signature(resolve).parameters)
