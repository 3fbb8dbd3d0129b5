"""The books subgraph: what can be read."""

import strawberry
from strawberry.federation import Schema

from bench import data
from bench.data import LIBRARY
from bench.schemas.context import Extensions, Info


@strawberry.federation.type(keys=["id"])
class Book:
    """Something to read."""

    id: strawberry.ID
    title: str
    price: int
    weight: int

    @classmethod
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Book":  # noqa: A002
        """Answer another subgraph's mention."""
        found = await info.context.book_by_id.load(id)
        return cls(id=id, title=found.title, price=found.price, weight=found.weight)


@strawberry.type
class Query:
    """Ways to books."""

    @strawberry.field(graphql_type=list[Book])
    @staticmethod
    def books(club: int, first: int) -> list[data.Book]:
        """The first books of a club."""
        return LIBRARY.books_of(club, first)

    @strawberry.field(graphql_type=Book | None)
    @staticmethod
    async def book(info: Info, id: strawberry.ID) -> data.Book:  # noqa: A002
        """One book."""
        return await info.context.book_by_id.load(id)


def build_schema(extensions: Extensions) -> Schema:
    """Put it together."""
    return Schema(query=Query, types=[Book], extensions=extensions, federation_version="2.9")
