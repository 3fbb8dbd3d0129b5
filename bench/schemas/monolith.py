"""The same fields in one Strawberry schema, as anyone would write it: resolvers and DataLoaders."""

import strawberry

from bench import data
from bench.data import LIBRARY
from bench.schemas.context import Extensions, Info


@strawberry.type
class Person:
    """A member of a club."""

    id: strawberry.ID
    name: str
    handle: str
    city: str

    @strawberry.field(graphql_type=list["Note"])
    @staticmethod
    async def notes(parent: strawberry.Parent[data.Person], info: Info) -> list[data.Note]:
        """What they wrote."""
        return await info.context.notes_by_author.load(parent.id)


@strawberry.type
class Book:
    """Something to read."""

    id: strawberry.ID
    title: str
    price: int
    weight: int
    in_stock: bool

    @strawberry.field
    @staticmethod
    def shipping_cost(parent: strawberry.Parent[data.Book]) -> int:
        """What sending it costs."""
        return data.shipping_cost(parent.price, parent.weight)

    @strawberry.field(graphql_type=list["Note"])
    @staticmethod
    async def notes(parent: strawberry.Parent[data.Book], info: Info) -> list[data.Note]:
        """What was written on it."""
        return await info.context.notes_by_book.load(parent.id)


@strawberry.type
class Note:
    """What a person wrote on a book."""

    id: strawberry.ID
    body: str
    stars: int

    @strawberry.field(graphql_type=Person)
    @staticmethod
    async def author(parent: strawberry.Parent[data.Note], info: Info) -> data.Person:
        """Who wrote it."""
        return await info.context.person_by_id.load(parent.author.id)

    @strawberry.field(graphql_type=Book)
    @staticmethod
    async def book(parent: strawberry.Parent[data.Note], info: Info) -> data.Book:
        """What it is on."""
        return await info.context.book_by_id.load(parent.book.id)


@strawberry.type
class Rating:
    """What someone thinks of a book."""

    stars: int
    book: Book


@strawberry.type
class Query:
    """Ways into the library."""

    @strawberry.field(graphql_type=list[Person])
    @staticmethod
    def people(club: int) -> list[data.Person]:
        """The people of a club."""
        return LIBRARY.people_of(club)

    @strawberry.field(graphql_type=Person | None)
    @staticmethod
    async def person(info: Info, id: strawberry.ID) -> data.Person:  # noqa: A002
        """One person."""
        return await info.context.person_by_id.load(id)

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
    async def rate_book(info: Info, id: strawberry.ID, stars: int) -> data.Rating:  # noqa: A002
        """Write down what someone thinks of a book."""
        return LIBRARY.rate(id, stars)


def build_schema(extensions: Extensions) -> strawberry.Schema:
    """Put it together."""
    return strawberry.Schema(query=Query, mutation=Mutation, extensions=extensions)
