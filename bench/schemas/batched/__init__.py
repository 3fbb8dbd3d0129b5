"""The same four subgraphs written for whole levels: batch resolvers and records, no DataLoaders."""

from collections.abc import Mapping

from strawberry.federation import Schema

from bench.schemas.batched import books, notes, people, stock

SCHEMAS: Mapping[str, Schema] = {
    "people": people.SCHEMA,
    "books": books.SCHEMA,
    "stock": stock.SCHEMA,
    "notes": notes.SCHEMA,
}
