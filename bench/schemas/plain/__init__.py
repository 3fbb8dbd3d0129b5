"""Four subgraphs as anyone would write them in Strawberry: async resolvers and DataLoaders."""

from collections.abc import Callable, Mapping

from strawberry.federation import Schema

from bench.schemas.context import Extensions
from bench.schemas.plain import books, notes, people, stock

BUILD: Mapping[str, Callable[[Extensions], Schema]] = {
    "people": people.build_schema,
    "books": books.build_schema,
    "stock": stock.build_schema,
    "notes": notes.build_schema,
}
