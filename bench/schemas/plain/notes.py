"""The notes subgraph: who wrote what on which book."""

import strawberry
from strawberry.federation import Schema

from bench import data
from bench.data import LIBRARY
from bench.schemas.context import Extensions, Info


@strawberry.federation.type(keys=["id"])
class Person:
    """What the notes add to a person."""

    id: strawberry.ID

    @strawberry.field(graphql_type=list["Note"])
    async def notes(self, info: Info) -> list[data.Note]:
        """What they wrote."""
        return await info.context.notes_by_author.load(self.id)

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Person":  # noqa: A002
        """Answer another subgraph's mention."""
        return cls(id=id)


@strawberry.federation.type(keys=["id"])
class Book:
    """What the notes add to a book."""

    id: strawberry.ID

    @strawberry.field(graphql_type=list["Note"])
    async def notes(self, info: Info) -> list[data.Note]:
        """What was written on it."""
        return await info.context.notes_by_book.load(self.id)

    @classmethod
    def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Book":  # noqa: A002
        """Answer another subgraph's mention."""
        return cls(id=id)


@strawberry.type
class Note:
    """What a person wrote on a book."""

    id: strawberry.ID
    body: str
    stars: int

    @strawberry.field
    @staticmethod
    def author(parent: strawberry.Parent[data.Note]) -> Person:
        """Who wrote it."""
        return Person(id=strawberry.ID(parent.author.id))

    @strawberry.field
    @staticmethod
    def book(parent: strawberry.Parent[data.Note]) -> Book:
        """What it is on."""
        return Book(id=strawberry.ID(parent.book.id))


@strawberry.type
class Rating:
    """What someone thinks of a book."""

    stars: int
    book: Book


@strawberry.type
class Query:
    """Ways to notes."""

    @strawberry.field(graphql_type=list[Note])
    @staticmethod
    def latest_notes(club: int, first: int) -> list[data.Note]:
        """One note of each club from this one on."""
        return LIBRARY.latest_notes(club, first)


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    @staticmethod
    def rate_book(id: strawberry.ID, stars: int) -> Rating:  # noqa: A002
        """Write down what someone thinks of a book."""
        LIBRARY.rate(id, stars)
        return Rating(stars=stars, book=Book(id=id))


def build_schema(extensions: Extensions) -> Schema:
    """Put it together."""
    return Schema(
        query=Query,
        mutation=Mutation,
        types=[Person, Book],
        extensions=extensions,
        federation_version="2.9",
    )
