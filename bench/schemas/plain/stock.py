"""The stock subgraph: what of the books is there, and what sending one costs."""

import strawberry
from strawberry.federation import Schema

from bench.data import shipping_cost
from bench.schemas.context import Extensions, Info


@strawberry.federation.type(keys=["id"])
class Book:
    """What the stock adds to a book."""

    id: strawberry.ID
    in_stock: bool
    price: int = strawberry.federation.field(external=True)
    weight: int = strawberry.federation.field(external=True)

    @strawberry.federation.field(requires=["price", "weight"])
    def shipping_cost(self) -> int:
        """What sending it costs."""
        return shipping_cost(self.price, self.weight)

    @classmethod
    async def resolve_reference(
        cls,
        info: Info,
        id: strawberry.ID,  # noqa: A002
        price: int = 0,
        weight: int = 0,
    ) -> "Book":
        """Answer another subgraph's mention."""
        found = await info.context.book_by_id.load(id)
        return cls(id=id, in_stock=found.in_stock, price=price, weight=weight)


@strawberry.type
class Query:
    """Nothing begins here but a count."""

    @strawberry.field
    @staticmethod
    def depots() -> int:
        """How many depots there are."""
        return 1


def build_schema(extensions: Extensions) -> Schema:
    """Put it together."""
    return Schema(query=Query, types=[Book], extensions=extensions, federation_version="2.9")
