"""The stock subgraph: what of the books is there, and what sending one costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import strawberry

from bench.data import LIBRARY, shipping_cost
from schema.batched import batched


@dataclass(frozen=True, slots=True)
class StockedBook:
    """A book as the stock knows it; price and weight are told by the asking gateway."""

    id: str
    in_stock: bool
    price: int
    weight: int


@strawberry.federation.type(keys=["id"])
class Book:
    """What the stock adds to a book."""

    id: strawberry.ID
    in_stock: bool
    price: int = strawberry.federation.field(external=True)
    weight: int = strawberry.federation.field(external=True)

    @strawberry.federation.field(graphql_type=int, requires=["price", "weight"])
    @batched
    def shipping_cost(parents: Sequence[StockedBook], _ctx: object) -> list[int]:
        """What sending it costs."""
        return [shipping_cost(book.price, book.weight) for book in parents]


def find_stocked(representations: Sequence[dict[str, Any]], _ctx: object) -> list[StockedBook]:
    """Answer other subgraphs' mentions, which carry what is required."""
    return [
        StockedBook(
            id=each["id"],
            in_stock=LIBRARY.books[each["id"]].in_stock,
            price=each.get("price", 0),
            weight=each.get("weight", 0),
        )
        for each in representations
    ]


@strawberry.type
class Query:
    """Nothing begins here but a count."""

    @strawberry.field
    @staticmethod
    def depots() -> int:
        """How many depots there are."""
        return 1


SCHEMA = strawberry.federation.Schema(query=Query, types=[Book], federation_version="2.9")
