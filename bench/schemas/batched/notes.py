"""The notes subgraph: who wrote what on which book."""

from collections.abc import Sequence
from dataclasses import dataclass

import strawberry

from bench import data
from bench.data import LIBRARY, BookKey, PersonKey
from schema.batched import batched


@dataclass(frozen=True, slots=True)
class RatingOfKey:
    """What someone thinks of a book of another subgraph."""

    stars: int
    book: BookKey


@strawberry.federation.type(keys=["id"])
class Person:
    """What the notes add to a person."""

    id: strawberry.ID

    @strawberry.field(graphql_type=list["Note"])
    @batched
    def notes(parents: Sequence[PersonKey], _ctx: object) -> list[list[data.Note]]:
        """What they wrote."""
        return [LIBRARY.notes_by_author[person.id] for person in parents]

    @staticmethod
    async def resolve_references(ids: Sequence[str], _ctx: object) -> list[PersonKey]:
        """Answer other subgraphs' mentions."""
        return [PersonKey(key) for key in ids]


@strawberry.federation.type(keys=["id"])
class Book:
    """What the notes add to a book."""

    id: strawberry.ID

    @strawberry.field(graphql_type=list["Note"])
    @batched
    def notes(parents: Sequence[BookKey], _ctx: object) -> list[list[data.Note]]:
        """What was written on it."""
        return [LIBRARY.notes_by_book[book.id] for book in parents]

    @staticmethod
    async def resolve_references(ids: Sequence[str], _ctx: object) -> list[BookKey]:
        """Answer other subgraphs' mentions."""
        return [BookKey(key) for key in ids]


@strawberry.type
class Note:
    """What a person wrote on a book."""

    id: strawberry.ID
    body: str
    stars: int
    author: Person
    book: Book


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

    @strawberry.mutation(graphql_type=Rating)
    @staticmethod
    def rate_book(id: strawberry.ID, stars: int) -> RatingOfKey:  # noqa: A002
        """Write down what someone thinks of a book."""
        LIBRARY.rate(id, stars)
        return RatingOfKey(stars, BookKey(id))


SCHEMA = strawberry.federation.Schema(
    query=Query, mutation=Mutation, types=[Person, Book], federation_version="2.9"
)
