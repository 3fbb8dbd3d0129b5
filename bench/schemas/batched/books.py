"""The books subgraph: what can be read."""

from collections.abc import Sequence

import strawberry

from bench import data
from bench.data import LIBRARY


@strawberry.federation.type(keys=["id"])
class Book:
    """Something to read."""

    id: strawberry.ID
    title: str
    price: int
    weight: int

    @staticmethod
    async def resolve_references(ids: Sequence[str], _ctx: object) -> list[data.Book]:
        """Answer other subgraphs' mentions."""
        return [LIBRARY.books[key] for key in ids]


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
    def book(id: strawberry.ID) -> data.Book:  # noqa: A002
        """One book."""
        return LIBRARY.books[id]


SCHEMA = strawberry.federation.Schema(query=Query, types=[Book], federation_version="2.9")
