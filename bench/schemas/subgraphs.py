"""The four subgraphs in both ways of writing them, as servers' schemas and as our transports."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import strawberry
from graphql import GraphQLField
from strawberry.federation import Schema

from bench import data
from bench.schemas import batched, live, monolith, plain
from bench.schemas.batched.stock import StockedBook, find_stocked
from bench.schemas.context import TUNED
from federation.compose.compose import SubgraphSource, compose
from federation.program.bindings import Bindings, Entities
from federation.transport.local import LocalTransport
from schema.definition import SubgraphDefinition
from web.engines.strawberry_bindings import strawberry_bindings
from web.wire.error_response import graphql_error_as_dict

NAMES = ("people", "books", "stock", "notes")
RECORDS = {
    data.Person: "Person",
    data.Book: "Book",
    data.Note: "Note",
    data.Rating: "Rating",
    data.PersonKey: "Person",
    data.BookKey: "Book",
    StockedBook: "Book",
}


def plain_schema(name: str) -> Schema:
    """A subgraph as anyone would write and serve it."""
    return plain.BUILD[name](TUNED)


def plain_transports() -> dict[str, LocalTransport]:
    """The same code, resolvers and `_entities` untouched, on our executor."""
    return {name: _untouched(name, plain.BUILD[name](())) for name in NAMES}


def monolith_transport() -> dict[str, LocalTransport]:
    """The whole schema of the monolith, untouched, as the only subgraph there is."""
    return {"library": _untouched("library", cast("Schema", monolith.build_schema(())))}


def batched_transports() -> dict[str, LocalTransport]:
    """The subgraphs written for whole levels, on our executor.

    The stock's fields require others, which its references carry: it reads whole
    representations, where a subgraph of ours is told ids alone.
    """
    return {name: _batched(name, batched.SCHEMAS[name]) for name in NAMES}


def compose_supergraph(urls: Mapping[str, str] | None = None) -> str:
    """The supergraph of the four, with their addresses where they have one."""
    return _compose({name: plain_schema(name) for name in NAMES}, urls or {})


def compose_monolith() -> str:
    """The supergraph of the one."""
    return _compose({"library": monolith.build_schema(())}, {})


def live_transport() -> dict[str, LocalTransport]:
    """The schema that tells live, as the only subgraph there is."""
    return {"live": _untouched("live", live.SCHEMA)}


def compose_live() -> str:
    """The supergraph of it."""
    return _compose({"live": live.SCHEMA}, {})


def _compose(schemas: Mapping[str, strawberry.Schema], urls: Mapping[str, str]) -> str:
    sources = [
        SubgraphSource(name=name, url=urls.get(name, ""), sdl=each.as_str())
        for name, each in schemas.items()
    ]
    return compose(sources).sdl


def _untouched(name: str, schema: Schema) -> LocalTransport:
    """A schema whose references are still resolved by the library, one by one."""
    entities = _entities_of(schema)
    resolve = None if entities is None else entities.resolve
    definition = _definition(name, schema)
    if entities is not None:
        entities.resolve = resolve
    return _transport(definition, strawberry_bindings(definition))


def _batched(name: str, schema: Schema) -> LocalTransport:
    definition = _definition(name, schema)
    bindings = strawberry_bindings(definition)
    if name == "stock":
        entities = _entities_of(schema)
        assert entities is not None
        entities.resolve = lambda _root, _info, representations: find_stocked(representations, None)
        bindings = replace(bindings, entities={"Book": Entities(find_stocked)})
    return _transport(definition, bindings)


def _entities_of(schema: Schema) -> GraphQLField | None:
    query = schema._schema.query_type
    return None if query is None else query.fields.get("_entities")


def _definition(name: str, schema: Schema) -> SubgraphDefinition:
    return SubgraphDefinition(name=name, schema=schema, records=RECORDS)


def _transport(definition: SubgraphDefinition, bindings: Bindings) -> LocalTransport:
    return LocalTransport(definition.executable, bindings=bindings, on_error=graphql_error_as_dict)
